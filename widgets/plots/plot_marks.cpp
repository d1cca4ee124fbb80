#include "plots/plot_marks.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <functional>

#include "figures/text_wrap.h"
#include "plots/clipped_line.h"

namespace clipscope {

namespace {

constexpr double most_of_labels = 0.25;  // of a plot's width, on the screen

QPen mark_pen(const Theme& theme, const Mark& mark) {
    return QPen(mark.line_color.isValid() ? mark.line_color : mark.color, theme.paper ? 1.3 * theme.line_width : 1.3, mark.style);
}

QCPItemText* add_text(QCustomPlot& plot, const Theme& theme, const QString& name, const QString& text, const QColor& color) {
    auto* label = new QCPItemText(&plot);
    label->setObjectName(name);
    label->setText(text);
    label->setFont(theme.number_font);
    label->setColor(color);
    label->setSelectable(false);
    return label;
}

void add_straight_line(QCustomPlot& plot, const Theme& theme, const Mark& mark, const QPointF& from, const QPointF& to) {
    auto* line = new QCPItemStraightLine(&plot);
    line->setObjectName(mark.name + QStringLiteral("-line"));
    line->point1->setCoords(from);
    line->point2->setCoords(to);
    line->setPen(mark_pen(theme, mark));
    line->setSelectable(false);
}

bool is_out_of_figure(const Theme& theme, double value, double low, double high) {
    return !std::isfinite(value) || (theme.paper && (value < low || value > high));
}

QCPCurve* add_polygon(QCustomPlot& plot, std::vector<QPointF> outline, const QBrush& brush, const QRectF& visible, bool cut) {
    if (cut) outline = clip_polygon(outline, visible);
    auto* area = new QCPCurve(plot.xAxis, plot.yAxis);
    area->setPen(Qt::NoPen);
    area->setBrush(brush);
    area->setSelectable(QCP::stNone);
    QVector<double> x;
    QVector<double> y;
    for (const QPointF& point : outline) {
        x.append(point.x());
        y.append(point.y());
    }
    area->setData(x, y);
    return area;
}

}  // namespace

double label_height(const Theme& theme) {
    return QFontMetricsF(theme.number_font).height();
}

QCPGraph* add_line(QCustomPlot& plot, const std::vector<QPointF>& points, const QPen& pen, const QRectF& visible, bool cut) {
    const ClippedLine line = cut ? clip_line(points, visible) : ClippedLine{points, {}};
    QVector<double> x;
    QVector<double> y;
    for (const QPointF& point : line.inside) {
        x.append(point.x());
        y.append(point.y());
    }
    auto* graph = new QCPGraph(plot.xAxis, plot.yAxis);
    graph->setPen(pen);
    graph->setSelectable(QCP::stNone);
    // Vertices that share an x keep their order, which sorting does not promise.
    graph->setData(x, y, true);
    if (line.cut.empty()) return graph;
    auto* rest = new QCPGraph(plot.xAxis, plot.yAxis);
    rest->setPen(pen);
    rest->setSelectable(QCP::stNone);
    rest->setProperty("cut", true);
    for (const QLineF& segment : line.cut) {
        rest->addData(segment.x1(), segment.y1());
        rest->addData(segment.x2(), segment.y2());
        rest->addData(segment.x2(), qQNaN());
    }
    return graph;
}

QCPCurve* add_area(QCustomPlot& plot, const std::vector<QPointF>& points, double base, const QBrush& brush, const QRectF& visible,
                   bool cut) {
    std::vector<QPointF> outline = points;
    if (!outline.empty()) {
        outline.insert(outline.begin(), QPointF(outline.front().x(), base));
        outline.emplace_back(outline.back().x(), base);
    }
    return add_polygon(plot, outline, brush, visible, cut);
}

QCPCurve* add_band(QCustomPlot& plot, const std::vector<BandPoint>& points, const QBrush& brush, const QRectF& visible, bool cut) {
    std::vector<QPointF> outline;
    for (const BandPoint& point : points) outline.emplace_back(point.x, point.high);
    for (std::size_t i = points.size(); i-- > 0;) outline.emplace_back(points[i].x, points[i].low);
    return add_polygon(plot, outline, brush, visible, cut);
}

QCPErrorBars* add_error_bars(QCustomPlot& plot, QCPGraph& graph, const std::vector<double>& half_lengths, const Theme& theme,
                             const QRectF& visible) {
    QVector<double> down;
    QVector<double> up;
    for (int i = 0; i < graph.data()->size(); ++i) {
        const double y = graph.data()->at(i)->value;
        const double half = half_lengths[std::size_t(i)];
        down.append(std::min(half, theme.paper ? std::max(0.0, y - visible.top()) : half));
        up.append(std::min(half, theme.paper ? std::max(0.0, visible.bottom() - y) : half));
    }
    auto* bars = new QCPErrorBars(plot.xAxis, plot.yAxis);
    bars->setDataPlottable(&graph);
    bars->setData(down, up);
    bars->setPen(QPen(graph.pen().color(), theme.line_width));
    bars->setWhiskerWidth(0.8 * theme.marker_size);
    bars->setSymbolGap(0);
    bars->setSelectable(QCP::stNone);
    return bars;
}

bool add_vertical_mark(QCustomPlot& plot, const Theme& theme, double x, const Mark& mark, const QRectF& visible) {
    if (is_out_of_figure(theme, x, visible.left(), visible.right())) return false;
    add_straight_line(plot, theme, mark, {x, 0}, {x, 1});
    QCPItemText* label = add_text(plot, theme, mark.name + QStringLiteral("-label"), mark.text, mark.color);
    label->position->setTypeX(QCPItemPosition::ptPlotCoords);
    label->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    label->position->setCoords(x, 0);
    // The axes' own labels take about a seventh of the width.
    const double needed = 8 + QFontMetricsF(theme.number_font).size(0, mark.text).width();
    const double room_left = 0.86 * plot.width() * (x - visible.left()) / visible.width();
    const double room_right = 0.86 * plot.width() - room_left;
    const bool wants_left = mark.side.testFlag(Qt::AlignLeft);
    const bool left = wants_left ? room_left > needed || room_left > room_right : room_right <= needed && room_left > room_right;
    label->setPositionAlignment(Qt::AlignTop | (left ? Qt::AlignRight : Qt::AlignLeft));
    label->setPadding(QMargins(4, 2 + int(std::lround(mark.line * label_height(theme))), 4, 0));
    return true;
}

void add_level_line(QCustomPlot& plot, const Theme& theme, double y, const Mark& mark) {
    add_straight_line(plot, theme, mark, {0, y}, {1, y});
}

void add_level_labels(QCustomPlot& plot, const Theme& theme, const QString& word, std::vector<LevelLabel> labels, const QRectF& visible) {
    if (labels.empty()) return;
    std::ranges::sort(labels, std::greater(), &LevelLabel::y);
    // The axes' own labels, the title and the legend take about a third of the height. A label is one line longer than its texts.
    const double line = label_height(theme) / (0.67 * std::max(1, plot.height())) * visible.height();
    // In a narrow panel the curves need the room; a page is fitted as a whole (figures/figure_fit.cpp).
    const auto narrowed = [&](const QString& text) {
        if (theme.paper) return text;
        const QFontMetricsF metrics(theme.number_font);
        const double word = std::min(widest_piece(text, metrics), 1.6 * most_of_labels * plot.width());  // that stays whole
        return wrapped(text, metrics, std::max(most_of_labels * plot.width(), word));
    };
    auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    for (std::size_t first = 0; first < labels.size();) {
        std::size_t end = first + 1;
        while (end < labels.size() && labels[end - 1].y - labels[end].y < double(end - first + 2) * line) ++end;
        QStringList lines{word};
        for (std::size_t i = first; i < end; ++i) lines << narrowed(labels[i].text);
        ticker->addTick(0.5 * (labels[first].y + labels[end - 1].y), lines.join(QLatin1Char('\n')));
        first = end;
    }
    QCPAxis& axis = *plot.yAxis2;
    axis.setVisible(true);
    axis.setTicker(ticker);
    axis.setTickLabelColor(theme.muted);
    axis.setTickLabelFont(theme.number_font);
    axis.setBasePen(Qt::NoPen);
    axis.setTickPen(Qt::NoPen);
    axis.setSubTickPen(Qt::NoPen);
    axis.setTickLength(0, 0);
    axis.setSubTickLength(0, 0);
    axis.setTickLabelPadding(theme.paper ? 2 : 4);
    axis.setRange(plot.yAxis->range());
    QObject::connect(plot.yAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), &axis, qOverload<const QCPRange&>(&QCPAxis::setRange),
                     Qt::UniqueConnection);
}

bool add_horizontal_mark(QCustomPlot& plot, const Theme& theme, double y, const Mark& mark, const QRectF& visible) {
    if (is_out_of_figure(theme, y, visible.top(), visible.bottom())) return false;
    add_straight_line(plot, theme, mark, {0, y}, {1, y});
    QCPItemText* label = add_text(plot, theme, mark.name + QStringLiteral("-label"), mark.text, mark.color);
    label->position->setTypeX(QCPItemPosition::ptAxisRectRatio);
    label->position->setTypeY(QCPItemPosition::ptPlotCoords);
    const bool left = mark.side.testFlag(Qt::AlignLeft);
    label->position->setCoords(left ? 0.005 : 0.995, y);
    // Above the line, below it where there is no room above.
    const bool below = y > visible.top() + 0.9 * visible.height();
    label->setPositionAlignment((left ? Qt::AlignLeft : Qt::AlignRight) | (below ? Qt::AlignTop : Qt::AlignBottom));
    label->setPadding(QMargins(2, 1, 2, 1));
    return true;
}

QCPItemText* add_badge(QCustomPlot& plot, const Theme& theme, const QString& name, const QString& text, const QColor& color,
                       Qt::Alignment side, int line) {
    QCPItemText* badge = add_text(plot, theme, name, text, theme.text);
    badge->setBrush(faded(color, theme, 0.15));
    badge->setPen(QPen(faded(color, theme, 0.7), theme.paper ? theme.line_width : 1));
    const int padding = theme.paper ? 2 : 5;
    badge->setPadding(QMargins(padding, 1, padding, 1));
    // In pixels from the corner of the axis rectangle.
    const bool left = side.testFlag(Qt::AlignLeft);
    auto* corner = new QCPItemTracer(&plot);
    corner->setStyle(QCPItemTracer::tsNone);
    corner->setSelectable(false);
    corner->position->setType(QCPItemPosition::ptAxisRectRatio);
    corner->position->setCoords(left ? 0 : 1, 0);
    badge->position->setParentAnchor(corner->position);
    badge->position->setType(QCPItemPosition::ptAbsolute);
    const double gap = theme.paper ? 2 : 4;
    badge->position->setCoords(left ? gap : -gap, (line + 0.15) * (label_height(theme) + 4));
    badge->setPositionAlignment(Qt::AlignTop | (left ? Qt::AlignLeft : Qt::AlignRight));
    return badge;
}

}  // namespace clipscope
