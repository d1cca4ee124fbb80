#include "plots/clipped_line.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace clipscope {

namespace {

// Liang-Barsky.
std::optional<QLineF> clip_segment(const QLineF& line, const QRectF& box) {
    double enter = 0;
    double leave = 1;
    const std::pair<double, double> limits[] = {{-line.dx(), line.x1() - box.left()},
                                                {line.dx(), box.right() - line.x1()},
                                                {-line.dy(), line.y1() - box.top()},
                                                {line.dy(), box.bottom() - line.y1()}};
    for (const auto& [slope, distance] : limits) {
        if (slope == 0) {
            if (distance < 0) return std::nullopt;
        } else if (slope < 0) {
            enter = std::max(enter, distance / slope);
        } else {
            leave = std::min(leave, distance / slope);
        }
    }
    if (enter >= leave) return std::nullopt;
    return QLineF(line.pointAt(enter), line.pointAt(leave));
}

// Sutherland-Hodgman, one border: keeps where distance(point) >= 0.
template <typename Distance>
std::vector<QPointF> keep_side(const std::vector<QPointF>& polygon, Distance distance) {
    std::vector<QPointF> kept;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const QPointF& from = polygon[i == 0 ? polygon.size() - 1 : i - 1];
        const QPointF& to = polygon[i];
        const double before = distance(from);
        const double after = distance(to);
        if ((before < 0) != (after < 0)) kept.push_back(from + (to - from) * (before / (before - after)));
        if (after >= 0) kept.push_back(to);
    }
    return kept;
}

}  // namespace

std::vector<QPointF> clip_polygon(const std::vector<QPointF>& polygon, const QRectF& rectangle) {
    std::vector<QPointF> kept = keep_side(polygon, [&](const QPointF& p) { return p.x() - rectangle.left(); });
    kept = keep_side(kept, [&](const QPointF& p) { return rectangle.right() - p.x(); });
    kept = keep_side(kept, [&](const QPointF& p) { return p.y() - rectangle.top(); });
    return keep_side(kept, [&](const QPointF& p) { return rectangle.bottom() - p.y(); });
}

ClippedLine clip_line(const std::vector<QPointF>& points, const QRectF& rectangle) {
    const auto is_inside = [&](const QPointF& p) {
        return p.x() >= rectangle.left() && p.x() <= rectangle.right() && p.y() >= rectangle.top() && p.y() <= rectangle.bottom();
    };
    ClippedLine result;
    bool gap = false;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (is_inside(points[i])) {
            if (gap && !result.inside.empty())
                result.inside.emplace_back((result.inside.back().x() + points[i].x()) / 2, std::numeric_limits<double>::quiet_NaN());
            result.inside.push_back(points[i]);
            gap = false;
        } else {
            gap = true;
        }
        if (i == 0 || (is_inside(points[i - 1]) && is_inside(points[i]))) continue;
        if (const auto segment = clip_segment(QLineF(points[i - 1], points[i]), rectangle)) result.cut.push_back(*segment);
    }
    return result;
}

}  // namespace clipscope
