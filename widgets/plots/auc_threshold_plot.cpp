#include "plots/auc_threshold_plot.h"

#include <qcustomplot.h>

#include <QMenu>
#include <algorithm>
#include <cmath>

#include "plots/threshold_handle.h"
#include "plots/tip_text.h"
#include "plots/value_axis.h"

namespace clipscope {

namespace {

constexpr double reach = 14;  // pixels

}  // namespace

AucThresholdPlot::AucThresholdPlot(QWidget* parent) : ViewPanel(tr("AUC against threshold"), parent) {
    set_empty_text(
        tr("Here the resilience of the network (AUC) is drawn against the clipping threshold of a site, point by point.\n"
           "Choose a site, then run a sweep or harden the network."));
}

AucThresholdView AucThresholdPlot::effective_view() const {
    AucThresholdView view = ViewPanel::effective_view();
    if (chosen_units_) view.in_act_max_units = *chosen_units_;
    if (chosen_whole_scale_) view.whole_scale = *chosen_whole_scale_;
    if (!by_hand_) return view;
    view.by_hand = by_hand_->threshold;
    view.points_by_hand = by_hand_->points;
    if (!view.act_max) view.act_max = by_hand_->act_max;
    // Room to drag it beyond ACT_max; the axis stands still meanwhile.
    view.sweep_end = std::max(view.sweep_end.value_or(0), 1.5F * *view.act_max);
    return view;
}

void AucThresholdPlot::set_in_act_max_units(bool on) {
    if (effective_view().in_act_max_units == on) return;
    chosen_units_ = on;
    reset_history();  // a zoom in one unit means nothing in the other
}

void AucThresholdPlot::set_whole_scale(bool on) {
    chosen_whole_scale_ = on;
    follow();
}

void AucThresholdPlot::set_threshold_by_hand(const std::optional<ByHand>& by_hand) {
    by_hand_ = by_hand;
    data_changed();
}

bool AucThresholdPlot::can_drag_at(const QPointF& position) const {
    return by_hand_ && is_at_line(plot(), threshold_position(effective_view(), double(by_hand_->threshold)), position);
}

void AucThresholdPlot::drag_to(const QPointF& position) {
    const double unit = threshold_position(effective_view(), 1);  // of the axis in the activations'
    Q_EMIT threshold_moved(float(std::max(0.0, coord_within(plot(), position) / unit)));
}

bool AucThresholdPlot::step_by_key(int key, bool is_fine) {
    if (!by_hand_) return false;
    Q_EMIT threshold_moved(stepped_threshold(by_hand_->threshold, by_hand_->act_max, key == Qt::Key_Right, is_fine));
    return true;
}

bool AucThresholdPlot::has_data() const {
    return has_points(view_) || by_hand_;
}

int AucThresholdPlot::point_at(const QPointF& position) const {
    if (!plot().axisRect()->rect().contains(position.toPoint())) return -1;
    const AucThresholdView view = effective_view();
    const std::vector<AucPoint> points = sorted_points(view);
    int nearest = -1;
    double least = reach;
    for (int i = 0; i < int(points.size()); ++i) {
        const AucPoint& point = points[std::size_t(i)];
        const QPointF at(plot().xAxis->coordToPixel(threshold_position(view, double(point.threshold))),
                         plot().yAxis->coordToPixel(point.auc));
        const double distance = std::hypot(at.x() - position.x(), at.y() - position.y());
        if (distance >= least) continue;
        least = distance;
        nearest = i;
    }
    return nearest;
}

QString AucThresholdPlot::tip_at(const QPointF& position) const {
    const int index = point_at(position);
    if (index < 0) return {};
    const AucPoint point = sorted_points(view_)[std::size_t(index)];
    QString rows = tip_row(tr("threshold T"), value_label(double(point.threshold)));
    if (view_.act_max && *view_.act_max > 0)
        rows += tip_row(tr("T / ACT_max"), QString::number(double(point.threshold) / double(*view_.act_max), 'f', 3));
    rows += tip_row(tr("AUC"), QStringLiteral("<b>%1</b>").arg(point.auc, 0, 'f', 4));
    if (point.standard_error) rows += tip_row(tr("standard error"), QStringLiteral("± %1").arg(*point.standard_error, 0, 'f', 4));
    if (view_.unclipped_auc) {
        const double gain = point.auc - *view_.unclipped_auc;
        rows += tip_row(tr("more than unclipped"), (gain < 0 ? QChar(0x2212) : QLatin1Char('+')) + QString::number(std::abs(gain), 'f', 4));
    }
    return QStringLiteral("<b>%1</b><table cellspacing=1>%2</table>")
        .arg(point.grid > 0 ? tr("search, grid %1").arg(point.grid) : tr("sweep"), rows);
}

void AucThresholdPlot::clicked(const QPointF& position) {
    const int index = point_at(position);
    if (index >= 0) Q_EMIT threshold_clicked(sorted_points(view_)[std::size_t(index)].threshold);
}

void AucThresholdPlot::fill_menu(QMenu& menu) {
    QAction* hand = menu.addAction(tr("&Threshold by hand…"));
    hand->setToolTip(tr("Drag a threshold through the picture and see what the network is worth with it"));
    connect(hand, &QAction::triggered, this, &AucThresholdPlot::threshold_by_hand_wanted);
    QAction* units = menu.addAction(tr("T in units of &ACT_max"));
    units->setCheckable(true);
    units->setChecked(effective_view().in_act_max_units);
    units->setToolTip(tr("Makes sites comparable: 1 is the largest activation seen without faults"));
    connect(units, &QAction::toggled, this, &AucThresholdPlot::set_in_act_max_units);
    QAction* scale = menu.addAction(tr("AUC from &0 to 1"));
    scale->setCheckable(true);
    scale->setChecked(effective_view().whole_scale);
    scale->setToolTip(tr("Off: only as far as the points reach, to see small differences"));
    connect(scale, &QAction::toggled, this, &AucThresholdPlot::set_whole_scale);
}

}  // namespace clipscope
