#include "plots/activation_plot.h"

#include <qcustomplot.h>

#include <QMenu>
#include <cmath>

#include "plots/threshold_handle.h"
#include "plots/tip_text.h"
#include "plots/value_axis.h"
#include "theme/number_text.h"

namespace clipscope {

ActivationPlot::ActivationPlot(QWidget* parent) : ViewPanel(tr("Activations"), parent) {
    set_empty_text(
        tr("Here the values of an activation site are counted, without faults and with them.\n"
           "Choose a site, then run a profile."));
}

ActivationView ActivationPlot::effective_view() const {
    ActivationView view = ViewPanel::effective_view();
    if (chosen_log_count_) view.log_count = *chosen_log_count_;
    view.by_hand = by_hand_;
    return view;
}

void ActivationPlot::set_log_count(bool on) {
    if (effective_view().log_count == on) return;
    chosen_log_count_ = on;
    reset_history();  // a zoom on one axis means nothing on the other
}

void ActivationPlot::set_threshold_by_hand(std::optional<float> threshold) {
    if (by_hand_ == threshold) return;
    by_hand_ = threshold;
    data_changed();
}

bool ActivationPlot::can_drag_at(const QPointF& position) const {
    return by_hand_ && is_at_line(plot(), value_position(double(*by_hand_)), position);
}

void ActivationPlot::drag_to(const QPointF& position) {
    Q_EMIT threshold_moved(float(std::max(0.0, value_at_position(coord_within(plot(), position)))));
}

bool ActivationPlot::step_by_key(int key, bool is_fine) {
    if (!by_hand_) return false;
    Q_EMIT threshold_moved(stepped_threshold(*by_hand_, view_.act_max.value_or(*by_hand_), key == Qt::Key_Right, is_fine));
    return true;
}

bool ActivationPlot::has_data() const {
    return has_values(view_);
}

QString ActivationPlot::tip_at(const QPointF& position) const {
    if (!plot().axisRect()->rect().contains(position.toPoint())) return {};
    const double value = value_at_position(plot().xAxis->pixelToCoord(position.x()));
    if (!(std::abs(value) < 3.4e38)) return {};
    const std::size_t bin = ActivationHistogram::bin_of(float(value));
    QString rows;
    const auto add = [&](const std::shared_ptr<const ActivationHistogram>& histogram, const QString& name) {
        if (!histogram || histogram->total() == 0) return;
        const std::uint64_t count = histogram->count(bin);
        rows += tip_row(
            name, QStringLiteral("%1 (%2)").arg(grouped(std::int64_t(count)), percent_text(double(count) / double(histogram->total()), 4)));
    };
    add(view_.clean, tr("clean"));
    add(view_.faulty, tr("faulty"));
    if (bin == ActivationHistogram::side_bins && view_.clean)
        rows += tip_row(tr("clean, exactly 0"), grouped(std::int64_t(view_.clean->zeros())));
    return QStringLiteral("<b>%1 … %2</b><table cellspacing=1>%3</table>")
        .arg(value_label(ActivationHistogram::lower_edge(bin)), value_label(ActivationHistogram::upper_edge(bin)), rows);
}

void ActivationPlot::clicked(const QPointF&) {
    Q_EMIT site_clicked();
}

void ActivationPlot::fill_menu(QMenu& menu) {
    QAction* hand = menu.addAction(tr("&Threshold by hand…"));
    hand->setToolTip(tr("Drag a threshold through the picture and see what the network is worth with it"));
    connect(hand, &QAction::triggered, this, &ActivationPlot::threshold_by_hand_wanted);
    QAction* log_count = menu.addAction(tr("&Logarithmic counts"));
    log_count->setCheckable(true);
    log_count->setChecked(effective_view().log_count);
    log_count->setToolTip(tr("Shows rare values next to frequent ones; faults make few values, but large ones"));
    connect(log_count, &QAction::toggled, this, &ActivationPlot::set_log_count);
}

}  // namespace clipscope
