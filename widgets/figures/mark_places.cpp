#include "figures/mark_places.h"

#include <qcustomplot.h>

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "figures/text_boxes.h"
#include "figures/text_wrap.h"

namespace clipscope {
namespace {

std::vector<QCPItemText*> marks_of(QCustomPlot& plot) {
    std::vector<QCPItemText*> marks;
    for (int i = 0; i < plot.itemCount(); ++i)
        if (auto* mark = qobject_cast<QCPItemText*>(plot.item(i)); mark && mark->visible() && !mark->text().isEmpty())
            marks.push_back(mark);
    return marks;
}

QRectF box_of(const QCPItemText& mark) {
    return {mark.topLeft->pixelPosition(), mark.bottomRight->pixelPosition()};
}

// Its place without the padding that moved it down.
QRectF tight_box(QCPItemText& mark, double widest) {
    const bool has_ground = mark.brush().style() != Qt::NoBrush;
    const QMargins padding = mark.padding(), kept = has_ground ? padding : QMargins(2, 0, 2, 0);
    QRectF box = box_of(mark).marginsRemoved(padding);
    if (box.width() + kept.left() + kept.right() > widest) {
        const QFontMetricsF metrics(mark.font());
        mark.setText(wrapped(mark.text(), metrics, widest - kept.left() - kept.right()));
        box.setSize(metrics.boundingRect(QRectF(), Qt::TextDontClip, mark.text()).size());
    }
    mark.setPadding(kept);
    return box.marginsAdded(kept);
}

// The reference lines, a pixel wide.
std::vector<QRectF> lines_of(const QCustomPlot& plot) {
    std::vector<QRectF> lines;
    const QRectF axes(plot.axisRect()->rect());
    for (int i = 0; i < plot.itemCount(); ++i) {
        const auto* line = qobject_cast<const QCPItemStraightLine*>(plot.item(i));
        if (!line) continue;
        const QPointF a = line->point1->pixelPosition(), b = line->point2->pixelPosition();
        if (std::abs(a.x() - b.x()) < 0.5)
            lines.emplace_back(a.x() - 0.5, axes.top(), 1, axes.height());
        else if (std::abs(a.y() - b.y()) < 0.5)
            lines.emplace_back(axes.left(), a.y() - 0.5, axes.width(), 1);
    }
    return lines;
}

bool is_free(const QRectF& place, const std::vector<QRectF>& taken) {
    return std::ranges::none_of(taken, [&](const QRectF& other) { return other.intersects(place); });
}

// The free place within the axes that is nearest to where the label was, going down a little rather than sideways.
// Better off the reference lines, which a text must not be taken to be crossed out by.
std::optional<QPointF> nearest_place(const QRectF& box, const QRectF& axes, const std::vector<QRectF>& taken,
                                     const std::vector<QRectF>& lines) {
    constexpr double step_x = 3, step_y = 2, sideways = 1.5, crossing = 100;
    const double x_end = axes.right() - box.width(), y_end = axes.bottom() - box.height();
    const double start_x = std::clamp(box.x(), axes.left(), std::max(axes.left(), x_end));
    const double start_y = std::clamp(box.y(), axes.top(), std::max(axes.top(), y_end));
    std::optional<QPointF> best;
    double least = std::numeric_limits<double>::max();
    const int columns = int((axes.width()) / step_x), rows = int(axes.height() / step_y);
    for (int column = -columns; column <= columns; ++column)
        for (int row = -rows; row <= rows; ++row) {
            const QPointF at(start_x + column * step_x, start_y + row * step_y);
            if (at.x() < axes.left() || at.x() > x_end || at.y() < axes.top() || at.y() > y_end) continue;
            double distance = std::hypot(sideways * (at.x() - start_x), at.y() - start_y);
            if (distance < least && !is_free(QRectF(at, box.size()), lines)) distance += crossing;
            if (distance >= least || !is_free(QRectF(at, box.size()), taken)) continue;
            least = distance;
            best = at;
        }
    return best;
}

}  // namespace

void place_marks(QCustomPlot& plot) {
    const std::vector<QCPItemText*> marks = marks_of(plot);
    if (marks.empty()) return;
    const QRectF axes(plot.axisRect()->rect());
    std::vector<QRectF> boxes;
    for (QCPItemText* mark : marks) boxes.push_back(tight_box(*mark, axes.width()));
    for (QCPItemText* mark : marks) mark->setVisible(false);
    std::vector<QRectF> taken;
    for (const TextBox& other : text_boxes(plot, plot.viewport().size())) taken.push_back(other.ink);
    if (plot.legend->visible()) taken.push_back(QRectF(plot.legend->outerRect()));
    const std::vector<QRectF> lines = lines_of(plot);
    for (std::size_t i = 0; i < marks.size(); ++i) {
        marks[i]->setVisible(true);
        const std::optional<QPointF> found = nearest_place(boxes[i], axes, taken, lines);
        const QRectF place(found.value_or(boxes[i].topLeft()), boxes[i].size());
        taken.push_back(place);
        QCPItemPosition& position = *marks[i]->position;
        position.setParentAnchor(nullptr);
        position.setType(QCPItemPosition::ptAbsolute);
        position.setCoords(place.topLeft());
        marks[i]->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
    }
}

}  // namespace clipscope
