#include "plots/point_labels.h"

#include <algorithm>
#include <utility>

namespace clipscope {
namespace {

bool crosses(const QLineF& line, const QRectF& rect) {
    if (rect.contains(line.p1()) || rect.contains(line.p2())) return true;
    const QLineF sides[] = {{rect.topLeft(), rect.topRight()},
                            {rect.topRight(), rect.bottomRight()},
                            {rect.bottomRight(), rect.bottomLeft()},
                            {rect.bottomLeft(), rect.topLeft()}};
    return std::ranges::any_of(sides, [&](const QLineF& side) { return side.intersects(line, nullptr) == QLineF::BoundedIntersection; });
}

// Top left corners, from the point, the best first.
std::vector<QPointF> corners_around(const QSizeF& size, double gap) {
    const double width = size.width(), height = size.height();
    return {
        {gap, gap / 2},           {gap, -height / 2},     {-width / 2, gap}, {-width - gap, -height - gap / 2}, {-width / 2, -height - gap},
        {gap, -height - gap / 2}, {-width - gap, gap / 2}};
}

}  // namespace

PointLabels::PointLabels(QCustomPlot& plot, const Theme& theme, std::vector<Label> labels, bool joined, std::vector<double> levels)
    : QCPAbstractItem(&plot), theme_(theme), labels_(std::move(labels)), joined_(joined), levels_(std::move(levels)) {
    setSelectable(false);
    setClipToAxisRect(true);
}

double PointLabels::selectTest(const QPointF&, bool, QVariant*) const {
    return -1;
}

std::vector<QRectF> PointLabels::places(const std::vector<QPointF>& points, const std::vector<QSizeF>& sizes,
                                        const std::vector<QLineF>& lines, const QRectF& within, double gap) {
    std::vector<QRectF> placed(points.size());
    std::vector<QRectF> taken;
    for (const QPointF& point : points) taken.emplace_back(point.x() - gap / 2, point.y() - gap / 2, gap, gap);
    // First those that find a place off all lines, then those that still have room.
    for (const bool avoids_lines : {true, false})
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (!placed[i].isNull()) continue;
            for (const QPointF& corner : corners_around(sizes[i], gap)) {
                const QRectF place(points[i] + corner, sizes[i]);
                const auto covers = [&](const QRectF& other) { return other.intersects(place); };
                if (!within.contains(place) || std::ranges::any_of(taken, covers)) continue;
                if (avoids_lines && std::ranges::any_of(lines, [&](const QLineF& line) { return crosses(line, place); })) continue;
                placed[i] = place;
                taken.push_back(place);
                break;
            }
        }
    return placed;
}

void PointLabels::draw(QCPPainter* painter) {
    const QCPAxisRect& axes = *parentPlot()->axisRect();
    const QRectF within(axes.rect());
    std::vector<QPointF> points;
    std::vector<QSizeF> sizes;
    std::vector<QLineF> lines;
    QFont strong = theme_.label_font;
    strong.setBold(true);
    for (const Label& label : labels_) {
        points.emplace_back(axes.axis(QCPAxis::atBottom)->coordToPixel(label.x), axes.axis(QCPAxis::atLeft)->coordToPixel(label.y));
        const QFontMetricsF metrics(label.is_strong ? strong : theme_.label_font);
        sizes.emplace_back(metrics.horizontalAdvance(label.text), metrics.height());
        if (joined_ && points.size() > 1) lines.emplace_back(points[points.size() - 2], points.back());
    }
    for (const double level : levels_) {
        const double y = axes.axis(QCPAxis::atLeft)->coordToPixel(level);
        lines.emplace_back(within.left(), y, within.right(), y);
    }
    const std::vector<QRectF> found = places(points, sizes, lines, within, 1.2 * theme_.marker_size);
    for (std::size_t i = 0; i < labels_.size(); ++i) {
        if (found[i].isNull() || labels_[i].text.isEmpty()) continue;
        painter->setFont(labels_[i].is_strong ? strong : theme_.label_font);
        painter->setPen(QPen(theme_.text));
        painter->drawText(found[i], Qt::AlignCenter, labels_[i].text);
    }
}

}  // namespace clipscope
