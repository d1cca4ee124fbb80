// A threshold that is dragged through a picture, or moved by the arrow keys: what the pictures of it share. Pure functions.
#pragma once

#include <QPointF>

class QCustomPlot;

namespace clipscope {

// Whether a position in the plot widget is at the vertical line at x, near enough to take hold of it.
bool is_at_line(const QCustomPlot& plot, double x, const QPointF& position);

// The x of a position in axis units, no farther out than the axis reaches.
double coord_within(const QCustomPlot& plot, const QPointF& position);

// A hundredth of ACT_max up or down, a tenth of that where it is fine; never below 0.
float stepped_threshold(float threshold, float act_max, bool is_up, bool is_fine);

}  // namespace clipscope
