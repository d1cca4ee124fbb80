// Cuts a polyline or a polygon to a rectangle. Needed because SVG output does not honour clipping: what lies outside the axes must not be
// drawn at all.
#pragma once

#include <QLineF>
#include <QPointF>
#include <QRectF>
#include <vector>

namespace clipscope {

struct ClippedLine {
    std::vector<QPointF> inside;  // the vertices within, NaN points where consecutive ones are not neighbours in the original
    std::vector<QLineF> cut;      // what is left of the segments that cross the border
};

ClippedLine clip_line(const std::vector<QPointF>& points, const QRectF& rectangle);

// The part of a closed polygon within the rectangle, closed likewise; empty where they do not meet.
std::vector<QPointF> clip_polygon(const std::vector<QPointF>& polygon, const QRectF& rectangle);

}  // namespace clipscope
