// The picture of an AccuracyView.
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "plots/accuracy_layout.h"
#include "plots/accuracy_view.h"
#include "plots/plot_marks.h"
#include "plots/plot_style.h"
#include "plots/rate_ticker.h"

namespace clipscope {

namespace {

constexpr double percent = 100;

// What the parts of the picture share.
struct Picture {
    const AccuracyView& view;
    const Theme& theme;
    QCustomPlot& plot;
    RatePositions positions;
    AccuracyLayout layout;
    QRectF visible;  // axis units
};

QColor series_color(const Picture& picture, std::size_t i) {
    const QColor color = style_of(picture.view, i, picture.theme).color;
    return picture.layout.series[i].pale ? faded(color, picture.theme, picture.theme.dark ? 0.5 : 0.38) : color;
}

// "Faulty bit: 31 sign, 30–23 exponent, 22–0 mantissa"
QString bits_label(const NumberFormat& format) {
    QStringList parts;
    for (int high = format.bits() - 1; high >= 0;) {
        int low = high;
        while (low > 0 && field_of(format, low - 1) == field_of(format, high)) --low;
        const QString name = QString::fromStdString(to_string(field_of(format, high)));
        parts << (low == high ? QStringLiteral("%1 %2").arg(high).arg(name) : QStringLiteral("%1–%2 %3").arg(high).arg(low).arg(name));
        high = low - 1;
    }
    return QCoreApplication::translate("AccuracyView", "Faulty bit: %1").arg(parts.join(QStringLiteral(", ")));
}

void set_up_point_axis(const Picture& picture) {
    QCPAxis& axis = *picture.plot.xAxis;
    if (picture.view.axis == PointAxis::bit_position) {
        axis.setTicker(QSharedPointer<BitTicker>::create());
        axis.setLabel(bits_label(picture.view.format));
        return;
    }
    std::optional<double> zero;
    if (picture.positions.has_zero()) zero = picture.positions.zero_slot();
    const bool are_counts = picture.view.axis == PointAxis::fault_count;
    const auto what = are_counts ? RateTicker::Of::counts : RateTicker::Of::rates;
    axis.setTicker(QSharedPointer<RateTicker>::create(zero, picture.positions.first_positive(), what));
    axis.setLabel(are_counts ? QCoreApplication::translate("AccuracyView", "Faults in a trial")
                             : QCoreApplication::translate("AccuracyView", "Fault rate per bit"));
}

void set_up_axes(Picture& picture) {
    const auto [x_low, x_high] = picture.view.x_range.value_or(picture.positions.range());
    // A little more than 0...100 %, so that markers at either end are seen whole.
    const auto [y_low, y_high] = picture.view.y_range.value_or(std::pair(-2.0, 102.0));
    QCustomPlot& plot = picture.plot;
    picture.visible = QRectF(QPointF(x_low, y_low), QPointF(x_high, y_high));
    plot.xAxis->setRange(x_low, x_high);
    plot.yAxis->setRange(y_low, y_high);
    set_up_point_axis(picture);
    auto y_ticker = QSharedPointer<QCPAxisTicker>::create();
    y_ticker->setTickCount(6);
    plot.yAxis->setTicker(y_ticker);
    plot.yAxis->setLabel(QCoreApplication::translate("AccuracyView", "Accuracy (%)"));
}

// A dotted line between the slot of rate 0 and the logarithmic part: the axis is broken there.
void add_zero_separator(const Picture& picture) {
    if (!picture.positions.has_zero()) return;
    const double x = 0.5 * (picture.positions.zero_slot() + picture.positions.first_positive());
    if (x < picture.visible.left() || x > picture.visible.right()) return;
    auto* line = new QCPItemStraightLine(&picture.plot);
    line->setObjectName(QStringLiteral("zero-separator"));
    line->point1->setCoords(x, 0);
    line->point2->setCoords(x, 1);
    line->setPen(QPen(picture.theme.muted, picture.theme.paper ? picture.theme.line_width : 1, Qt::DotLine));
    line->setSelectable(false);
}

// "91.8 %"; of several "int8 91.2 %".
QString clean_text(const CleanAccuracy& clean) {
    const QString value = QStringLiteral("%1 %").arg(percent * clean.accuracy, 0, 'f', 1);
    return clean.name.isEmpty() ? value : clean.name + QLatin1Char(' ') + value;
}

// The labels stand beside the axes, where no curve can be; those too close to stand apart are lines of one.
void add_clean_lines(const Picture& picture) {
    std::vector<LevelLabel> labels;
    const QString word = QCoreApplication::translate("AccuracyView", "clean");
    for (std::size_t i = 0; i < picture.view.clean.size(); ++i) {
        const CleanAccuracy& clean = picture.view.clean[i];
        const double y = percent * clean.accuracy;
        if (!std::isfinite(y) || y < picture.visible.top() || y > picture.visible.bottom()) continue;
        const QString name = i == 0 ? QStringLiteral("clean") : QStringLiteral("clean-%1").arg(i + 1);
        add_level_line(picture.plot, picture.theme, y, {name, {}, picture.theme.muted});
        labels.push_back({y, clean_text(clean)});
    }
    add_level_labels(picture.plot, picture.theme, word, std::move(labels), picture.visible);
}

// Ties the boxes that stand side by side to the rate they belong to.
void add_rate_bands(const Picture& picture) {
    const AccuracyLayout& layout = picture.layout;
    if (std::ranges::count(layout.series, true, &SeriesLayout::boxes) < 2) return;
    std::set<double> rates;
    for (std::size_t i = 0; i < layout.series.size(); ++i) {
        if (!layout.series[i].boxes) continue;
        for (const CurvePoint& p : picture.view.series[i].points)
            if (p.trials > 1 && p.has_whole_trials()) rates.insert(p.rate);
    }
    const double half = 0.5 * layout.group_width;
    for (const double rate : rates) {
        const double x = picture.positions(rate);
        if (x - half < picture.visible.left() || x + half > picture.visible.right()) continue;
        auto* band = new QCPItemRect(&picture.plot);
        band->setObjectName(QStringLiteral("rate-band"));
        for (QCPItemPosition* corner : {band->topLeft, band->bottomRight}) {
            corner->setTypeX(QCPItemPosition::ptPlotCoords);
            corner->setTypeY(QCPItemPosition::ptAxisRectRatio);
        }
        band->topLeft->setCoords(x - half, 0);
        band->bottomRight->setCoords(x + half, 1);
        band->setLayer(QStringLiteral("background"));
        band->setPen(Qt::NoPen);
        band->setBrush(faded(picture.theme.text, picture.theme, picture.theme.dark ? 0.09 : 0.06));
        band->setSelectable(false);
    }
}

void add_boxes(const Picture& picture, std::size_t i) {
    const SeriesLayout& layout = picture.layout.series[i];
    if (!layout.boxes) return;
    const QColor color = series_color(picture, i);
    auto* boxes = new QCPStatisticalBox(picture.plot.xAxis, picture.plot.yAxis);
    boxes->setProperty("series", int(i));
    boxes->setName(picture.view.series[i].name);
    boxes->setWidth(picture.layout.box_width);
    boxes->setWhiskerWidth(0.5 * picture.layout.box_width);
    const double width = picture.theme.line_width;
    boxes->setPen(QPen(color, width));
    boxes->setWhiskerPen(QPen(color, width));
    boxes->setWhiskerBarPen(QPen(color, width));
    boxes->setMedianPen(QPen(color, picture.theme.strong_line_width, Qt::SolidLine, Qt::FlatCap));
    boxes->setBrush(faded(color, picture.theme, 0.18));
    boxes->setSelectable(QCP::stNone);
    const QRectF& visible = picture.visible;
    // A hair beyond the border, so that no whisker seems to end on it.
    const double beyond = 0.006 * visible.height();
    const auto within = [&](double fraction) { return std::clamp(percent * fraction, visible.top() - beyond, visible.bottom() + beyond); };
    for (const CurvePoint& p : picture.view.series[i].points) {
        const double x = picture.positions(p.rate) + layout.offset;
        const double half = 0.5 * picture.layout.box_width;
        const bool is_hidden = x - half < visible.left() || x + half > visible.right() || percent * p.max < visible.top() ||
                               percent * p.min > visible.bottom();
        if (p.trials > 1 && p.has_whole_trials() && !is_hidden)
            boxes->addData(x, within(p.min), within(p.q1), within(p.median), within(p.q3), within(p.max));
    }
}

void add_interval(const Picture& picture, std::size_t i, QCPGraph& graph) {
    if (!picture.view.show_interval || picture.layout.series[i].pale) return;
    const QRectF& visible = picture.visible;
    QVector<double> down;
    QVector<double> up;
    // One entry per vertex of the graph, which may be fewer than the points.
    const auto& points = picture.view.series[i].points;
    for (const QCPGraphData& vertex : *graph.data()) {
        const auto found = std::find_if(points.begin(), points.end(),
                                        [&](const CurvePoint& p) { return std::abs(picture.positions(p.rate) - vertex.key) < 1e-12; });
        const bool has_interval = found != points.end() && found->trials > 1;
        down.append(has_interval ? vertex.value - std::max(percent * found->ci95_low, visible.top()) : 0);
        up.append(has_interval ? std::min(percent * found->ci95_high, visible.bottom()) - vertex.value : 0);
    }
    auto* bars = new QCPErrorBars(picture.plot.xAxis, picture.plot.yAxis);
    bars->setProperty("series", int(i));
    bars->setDataPlottable(&graph);
    bars->setData(down, up);
    bars->setPen(QPen(graph.pen().color(), picture.theme.line_width));
    bars->setWhiskerWidth(picture.theme.marker_size);
    bars->setSymbolGap(0);
    bars->setSelectable(QCP::stNone);
}

QCPGraph* add_curve(const Picture& picture, std::size_t i) {
    const SeriesLayout& layout = picture.layout.series[i];
    const SeriesStyle style = style_of(picture.view, i, picture.theme);
    const QColor color = series_color(picture, i);
    const double width = layout.strong ? picture.theme.strong_line_width : picture.theme.line_width;
    std::vector<QPointF> points;
    for (const CurvePoint& p : picture.view.series[i].points)
        if (std::isfinite(p.mean)) points.emplace_back(picture.positions(p.rate), percent * p.mean);
    const bool is_cut = picture.view.x_range || picture.view.y_range;
    QCPGraph* graph = add_line(picture.plot, points, series_pen(style, color, width), picture.visible, is_cut);
    graph->setProperty("series", int(i));
    graph->setName(picture.view.series[i].name);
    if (picture.view.show_markers)
        graph->setScatterStyle(scatter_style(style, color, picture.theme, picture.theme.marker_size * (layout.strong ? 1.2 : 1)));
    add_interval(picture, i, *graph);
    return graph;
}

}  // namespace

void draw(const AccuracyView& view, const Theme& theme, QCustomPlot& plot) {
    reset_plot(plot, theme);
    const RatePositions positions(view);
    Picture picture{view, theme, plot, positions, layout_series(view, positions), {}};
    set_up_axes(picture);
    add_zero_separator(picture);
    add_rate_bands(picture);
    add_clean_lines(picture);
    // Pale series first, the emphasised one last and so on top; boxes below all curves of their kind.
    std::vector<QCPGraph*> graphs(view.series.size());
    for (const bool strong : {false, true}) {
        for (std::size_t i = 0; i < view.series.size(); ++i)
            if (picture.layout.series[i].strong == strong) add_boxes(picture, i);
        for (std::size_t i = 0; i < view.series.size(); ++i)
            if (picture.layout.series[i].strong == strong) graphs[i] = add_curve(picture, i);
    }
    const QCPGraph* emphasised = nullptr;
    for (std::size_t i = 0; i < graphs.size(); ++i) {
        graphs[i]->addToLegend();
        if (picture.layout.series[i].strong) emphasised = graphs[i];
    }
    if (view.show_title && !view.title.isEmpty()) add_title(plot, theme, view.title);
    place_legend(plot, theme, emphasised);
}

QString export_figure(const AccuracyView& view, const QString& path, const FigureSize& size) {
    return export_figure([&](QCustomPlot& plot, const Theme& theme) { draw(view, theme, plot); }, path, size);
}

}  // namespace clipscope
