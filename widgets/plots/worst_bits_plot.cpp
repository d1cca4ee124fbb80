#include "plots/worst_bits_plot.h"

#include <qcustomplot.h>

#include <cmath>

#include "plots/accuracy_view.h"
#include "plots/tip_text.h"
#include "theme/number_text.h"

namespace clipscope {

WorstBitsPlot::WorstBitsPlot(QWidget* parent) : ViewPanel(tr("The worst bits"), parent) {}

int WorstBitsPlot::count_at(const QPointF& position) const {
    if (!has_data() || !plot().axisRect()->rect().contains(position.toPoint())) return -1;
    const int count = int(std::lround(plot().xAxis->pixelToCoord(position.x())));
    constexpr double near = 14;  // pixels
    const bool is_near = std::abs(plot().xAxis->coordToPixel(count) - position.x()) < near;
    return is_near && count >= 0 && count < int(worst_accuracies(view()).size()) ? count : -1;
}

QString WorstBitsPlot::tip_at(const QPointF& position) const {
    const int count = count_at(position);
    if (count < 0) return {};
    const double worst = worst_accuracies(view())[std::size_t(count)] / 100;
    if (count == 0) return tr("Without faults: %1").arg(percent_text(worst));
    QString tip = QStringLiteral("<b>%1</b><table cellspacing=1>").arg(count == 1 ? tr("1 faulty bit") : tr("%1 faulty bits").arg(count));
    tip += tip_row(tr("the worst case found"), percent_text(worst));
    for (const CurvePoint& point : view().random) {
        if (point.rate != count) continue;
        tip += tip_row(tr("at random, mean"), percent_text(point.mean));
        tip += tip_row(tr("95 % interval"), tr("%1…%2").arg(percent_text(point.ci95_low), percent_text(point.ci95_high)));
        if (point.has_whole_trials()) tip += tip_row(tr("worst of %1 trials").arg(point.trials), percent_text(point.min));
    }
    return tip + QStringLiteral("</table>");
}

void WorstBitsPlot::clicked(const QPointF& position) {
    if (const int count = count_at(position); count > 0) Q_EMIT count_clicked(count);
}

}  // namespace clipscope
