#include "plots/threshold_handle.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace clipscope {
namespace {

constexpr double reach = 6;  // pixels
constexpr float step = 0.01F;
constexpr float fine_step = 0.001F;

}  // namespace

bool is_at_line(const QCustomPlot& plot, double x, const QPointF& position) {
    return plot.axisRect()->rect().contains(position.toPoint()) && std::abs(plot.xAxis->coordToPixel(x) - position.x()) <= reach;
}

double coord_within(const QCustomPlot& plot, const QPointF& position) {
    const QCPRange range = plot.xAxis->range();
    return std::clamp(plot.xAxis->pixelToCoord(position.x()), range.lower, range.upper);
}

float stepped_threshold(float threshold, float act_max, bool is_up, bool is_fine) {
    const float size = (is_fine ? fine_step : step) * (act_max > 0 ? act_max : 1);
    return std::max(0.0F, threshold + (is_up ? size : -size));
}

}  // namespace clipscope
