#include "plots/upset_plot.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

#include "common/number_text.h"
#include "plots/tip_text.h"

namespace clipscope {
namespace {

QString rounded(double value) {
    return QString::fromStdString(rounded_text(value, 3));
}

}  // namespace

UpsetPlot::UpsetPlot(QWidget* parent) : ViewPanel(tr("Failures in time"), parent) {}

bool UpsetPlot::has_data() const {
    return std::ranges::any_of(view().lines, [](const UpsetView::Line& line) { return line.points.size() > 1; });
}

QString UpsetPlot::tip_at(const QPointF& position) const {
    if (!has_data() || !plot().axisRect()->rect().contains(position.toPoint())) return {};
    const double x = plot().xAxis->pixelToCoord(position.x());
    const bool is_rate = view().axis == UpsetView::Axis::upset_rate;
    QString tip;
    for (const UpsetView::Line& line : view().lines) {
        if (line.points.empty() || x < line.points.front().x || x > line.points.back().x) continue;
        const auto at =
            std::ranges::min_element(line.points, {}, [x](const UpsetView::Point& one) { return std::abs(std::log(one.x / x)); });
        if (tip.isEmpty())
            tip = QStringLiteral("<b>%1</b><table cellspacing=1>")
                      .arg((is_rate ? tr("%1 FIT per Mbit") : tr("%1 h between scrubs")).arg(rounded(at->x)));
        const QString unit = is_rate ? tr("FIT") : tr("%");
        tip += tip_row(line.name.toHtmlEscaped(),
                       tr("%1 %4 (95 %: %2…%3)").arg(rounded(at->value), rounded(at->ci95.low), rounded(at->ci95.high), unit));
    }
    return tip.isEmpty() ? tip : tip + QStringLiteral("</table>");
}

}  // namespace clipscope
