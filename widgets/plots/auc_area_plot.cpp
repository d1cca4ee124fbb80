#include "plots/auc_area_plot.h"

#include <qcustomplot.h>

#include <QMenu>
#include <cmath>

#include "plots/accuracy_view.h"
#include "plots/tip_text.h"
#include "theme/number_text.h"

namespace clipscope {

namespace {

constexpr double reach = 14;  // pixels

}  // namespace

AucAreaPlot::AucAreaPlot(QWidget* parent) : ViewPanel(tr("Area under accuracy against fault rate"), parent) {
    set_empty_text(
        tr("Here the area under accuracy against fault rate is filled: it is the AUC, resilience in one number.\n"
           "Run a sweep, or harden the network."));
}

AucAreaView AucAreaPlot::effective_view() const {
    AucAreaView view = ViewPanel::effective_view();
    if (chosen_axis_) view.axis = *chosen_axis_;
    return view;
}

void AucAreaPlot::set_axis(AucAxis axis) {
    if (effective_view().axis == axis) return;
    chosen_axis_ = axis;
    reset_history();
}

bool AucAreaPlot::has_data() const {
    return has_area(effective_view());
}

std::string AucAreaPlot::csv() const {
    return to_csv(effective_view());
}

QString AucAreaPlot::tip_at(const QPointF& position) const {
    if (!plot().axisRect()->rect().contains(position.toPoint())) return {};
    const AucAreaView view = effective_view();
    QString tip;
    double least = reach;
    for (const AucAreaSeries& series : view.series) {
        for (const AucAreaPoint& point : area_points(series, view.axis)) {
            const double distance =
                std::hypot(plot().xAxis->coordToPixel(point.x) - position.x(), plot().yAxis->coordToPixel(point.accuracy) - position.y());
            if (distance >= least) continue;
            least = distance;
            tip = QStringLiteral("<b>%1</b><table cellspacing=1>").arg(series.name.toHtmlEscaped());
            tip += tip_row(tr("fault rate"), point.rate == 0 ? tr("0 (no faults)") : tr("%1 per bit").arg(rate_label(point.rate)));
            tip += tip_row(tr("on this axis"), QString::number(point.x, 'g', 4));
            tip += tip_row(tr("mean accuracy"), percent_text(point.accuracy)) + QStringLiteral("</table>");
        }
    }
    return tip;
}

void AucAreaPlot::clicked(const QPointF&) {}

void AucAreaPlot::fill_menu(QMenu& menu) {
    QAction* log_axis = menu.addAction(tr("&Logarithmic fault rates"));
    log_axis->setCheckable(true);
    log_axis->setChecked(effective_view().axis == AucAxis::log10);
    log_axis->setToolTip(tr("The labelled alternative: gives every decade of fault rates the same weight. The paper's axis is linear."));
    connect(log_axis, &QAction::toggled, this, [this](bool on) { set_axis(on ? AucAxis::log10 : AucAxis::linear); });
}

}  // namespace clipscope
