#include "plots/worst_bits_view.h"

#include <qcustomplot.h>

#include <algorithm>

#include "plots/plot_marks.h"
#include "plots/plot_style.h"

namespace clipscope {
namespace {

constexpr double percent = 100;
constexpr double random_beside_worst = 4;  // times the faults of the worst case

QString text(const char* source) {
    return QCoreApplication::translate("WorstBitsView", source);
}

// Numbers of faults are whole.
QSharedPointer<QCPAxisTicker> whole_ticker() {
    auto* whole = new QCPAxisTickerFixed;
    whole->setTickStep(1);
    whole->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
    return QSharedPointer<QCPAxisTicker>(whole);
}

void set_up_axes(const WorstBitsView& view, QCustomPlot& plot) {
    const std::vector<double> worst = worst_accuracies(view);
    const std::vector<CurvePoint> random = random_in_sight(view);
    double right = double(worst.size()) - 1;
    if (!random.empty()) right = std::max(right, random.back().rate);
    double low = *std::ranges::min_element(worst), high = worst.front();
    for (const CurvePoint& point : random) {
        low = std::min(low, percent * point.ci95_low);
        high = std::max(high, percent * point.ci95_high);
    }
    const double margin = std::max(0.08 * (high - low), 0.5);
    const auto [x_low, x_high] = view.x_range.value_or(std::pair(-0.04 * right - 0.05, 1.06 * right));
    const auto [y_low, y_high] = view.y_range.value_or(std::pair(low - margin, high + margin));
    plot.xAxis->setRange(x_low, x_high);
    plot.yAxis->setRange(y_low, y_high);
    plot.xAxis->setTicker(whole_ticker());
    plot.xAxis->setSubTicks(false);
    plot.xAxis->setLabel(text("Faulty bits at once"));
    plot.yAxis->setLabel(text("Accuracy (%)"));
}

QRectF visible_part(const QCustomPlot& plot) {
    const QCPRange x = plot.xAxis->range(), y = plot.yAxis->range();
    return {x.lower, y.lower, x.size(), y.size()};
}

void add_curve(const std::vector<QPointF>& points, const QString& name, const SeriesStyle& style, const Theme& theme, QCustomPlot& plot) {
    const QRectF visible = visible_part(plot);
    add_line(plot, points, series_pen(style, style.color, theme.strong_line_width), visible, theme.paper);
    QCPGraph* marks = plot.addGraph();
    marks->setName(name);
    marks->setPen(series_pen(style, style.color, theme.line_width));
    marks->setLineStyle(QCPGraph::lsNone);
    marks->setScatterStyle(scatter_style(style, style.color, theme, theme.marker_size));
    marks->setSelectable(QCP::stNone);
    marks->addToLegend();
    for (const QPointF& point : points)
        if (!theme.paper || visible.contains(point)) marks->addData(point.x(), point.y());
}

void add_random(const WorstBitsView& view, const SeriesStyle& style, const Theme& theme, QCustomPlot& plot) {
    if (view.random.empty()) return;
    const double clean = percent * accuracy(view.found.clean, view.origin.nonfinite);
    std::vector<QPointF> means = {{0, clean}};
    std::vector<BandPoint> band = {{0, clean, clean}};
    for (const CurvePoint& point : view.random) {
        if (point.rate <= 0) continue;
        means.emplace_back(point.rate, percent * point.mean);
        band.push_back({point.rate, percent * point.ci95_low, percent * point.ci95_high});
    }
    QCPCurve* area = add_band(plot, band, faded(style.color, theme, theme.dark ? 0.35 : 0.22), visible_part(plot), theme.paper);
    area->setProperty("random", true);
    add_curve(means, text("random: mean, 95 %"), style, theme, plot);
}

}  // namespace

bool has_bits(const WorstBitsView& view) {
    return !view.found.alone.empty();
}

std::vector<double> worst_accuracies(const WorstBitsView& view) {
    if (!has_bits(view)) return {};
    std::vector<double> values = {percent * accuracy(view.found.clean, view.origin.nonfinite)};
    if (view.found.together.empty())
        values.push_back(percent * accuracy(view.found.alone.front().outcome, view.origin.nonfinite));
    else
        for (const WorstBit& bit : view.found.together) values.push_back(percent * accuracy(bit.outcome, view.origin.nonfinite));
    return values;
}

std::vector<CurvePoint> random_in_sight(const WorstBitsView& view) {
    const double most = random_beside_worst * double(std::max<std::size_t>(view.found.together.size(), 1));
    std::vector<CurvePoint> points;
    for (const CurvePoint& point : view.random)
        if (point.rate <= most) points.push_back(point);
    return points;
}

void draw(const WorstBitsView& view, const Theme& theme, QCustomPlot& plot) {
    reset_plot(plot, theme);
    if (!has_bits(view)) return;
    set_up_axes(view, plot);
    const QRectF visible = visible_part(plot);
    const std::vector<double> worst = worst_accuracies(view);
    // The curves begin on it, which says what it is.
    if (!theme.paper || (worst.front() >= visible.top() && worst.front() <= visible.bottom()))
        add_level_line(plot, theme, worst.front(), {QStringLiteral("clean"), {}, theme.muted, Qt::DashLine});
    add_random(view, curve_style(0, 1, theme), theme, plot);
    std::vector<QPointF> points;
    for (std::size_t k = 0; k < worst.size(); ++k) points.emplace_back(double(k), worst[k]);
    add_curve(points, text("worst found"), curve_style(3, 0, theme), theme, plot);
    if (!view.random.empty()) place_legend(plot, theme);
    if (view.show_title && !view.title.isEmpty()) add_title(plot, theme, view.title);
}

std::string to_csv(const WorstBitsView& view) {
    return worst_bits_csv(view.found, view.origin.nonfinite);
}

QString export_figure(const WorstBitsView& view, const QString& path, const FigureSize& size) {
    return export_figure([&](QCustomPlot& plot, const Theme& theme) { draw(view, theme, plot); }, path, size);
}

}  // namespace clipscope
