#include "plots/pareto_view.h"

#include <qcustomplot.h>

#include <algorithm>
#include <functional>
#include <map>

#include "plots/accuracy_view.h"
#include "plots/plot_style.h"
#include "plots/point_labels.h"

namespace clipscope {
namespace {

constexpr double percent = 100;

QString text(const char* source) {
    return QCoreApplication::translate("ParetoView", source);
}

// With room at both sides, so that points stand off the frame.
std::pair<double, double> spread(double low, double high, double least) {
    const double margin = std::max(0.08 * (high - low), least);
    return {low - margin, high + margin};
}

void set_up_axes(const ParetoView& view, const std::vector<ParetoPoint>& points, QCustomPlot& plot) {
    double cost = 0, low = 1, high = 0;
    for (const ParetoPoint& point : points) {
        cost = std::max(cost, point.cost_percent);
        low = std::min({low, point.accuracy, point.ci95.low});
        high = std::max({high, point.accuracy, point.ci95.high});
    }
    const auto [x_low, x_high] = view.x_range.value_or(spread(0, cost, cost > 0 ? 0 : 0.02));
    const auto [y_low, y_high] = view.y_range.value_or(spread(percent * low, percent * high, 0.5));
    plot.xAxis->setRange(x_low, x_high);
    plot.yAxis->setRange(y_low, y_high);
    plot.xAxis->setLabel(view.cost == DuelCost::storage ? text("Storage added (% of the layers' bits)")
                                                        : text("Operations added (% of an image's multiplications)"));
    plot.yAxis->setLabel(text("Accuracy (%) at %1").arg(rate_label(view.duel.info.rates.at(shown_rate(view)))));
}

void add_efficient_line(const std::vector<ParetoPoint>& points, const Theme& theme, QCustomPlot& plot) {
    QCPGraph* line = plot.addGraph();
    line->setName(QStringLiteral("efficient"));
    QPen pen(theme.muted, theme.line_width, Qt::DashLine);
    line->setPen(pen);
    line->setSelectable(QCP::stNone);
    for (const ParetoPoint& point : points)
        if (point.is_efficient) line->addData(point.cost_percent, percent * point.accuracy);
}

QCPGraph* add_contestant(const ParetoView& view, const ParetoPoint& point, const Theme& theme, QCustomPlot& plot) {
    const CurveInfo& curve = view.duel.curves[point.curve].info;
    const SeriesStyle style = curve_style(look_of_contestant(view.duel, curve), 0, theme);
    QCPGraph* mark = plot.addGraph();
    mark->setProperty("curve", int(point.curve));
    mark->setName(protection_name(curve.protection));
    mark->setLineStyle(QCPGraph::lsNone);
    mark->setPen(QPen(style.color, theme.line_width));
    constexpr double of_efficient = 1.5;
    mark->setScatterStyle(scatter_style(style, style.color, theme, theme.marker_size * (point.is_efficient ? of_efficient : 1)));
    mark->addData(point.cost_percent, percent * point.accuracy);
    mark->setSelectable(QCP::stNone);
    auto* bars = new QCPErrorBars(plot.xAxis, plot.yAxis);
    bars->setDataPlottable(mark);
    bars->setData(QVector<double>{percent * (point.accuracy - point.ci95.low)},
                  QVector<double>{percent * (point.ci95.high - point.accuracy)});
    bars->setPen(QPen(faded(style.color, theme, 0.6), theme.line_width));
    bars->setWhiskerWidth(theme.marker_size);
    bars->setSymbolGap(0);
    bars->setSelectable(QCP::stNone);
    return mark;
}

void name_points(const ParetoView& view, std::vector<ParetoPoint> points, const Theme& theme, QCustomPlot& plot) {
    // The efficient ones find their places first.
    std::ranges::stable_sort(points, std::greater(), &ParetoPoint::is_efficient);
    std::vector<PointLabels::Label> labels;
    for (const ParetoPoint& point : points)
        labels.push_back({protection_name(view.duel.curves[point.curve].info.protection), point.cost_percent, percent * point.accuracy,
                          point.is_efficient});
    new PointLabels(plot, theme, std::move(labels), false, {});
}

}  // namespace

bool has_points(const ParetoView& view) {
    return !view.duel.info.prices.empty() && !view.duel.curves.empty() && !view.duel.info.rates.empty() && !points_of(view).empty();
}

std::string shown_layer(const ParetoView& view) {
    const std::vector<std::string> layers = duel_layers(view.duel);
    const std::string asked = view.layer.toStdString();
    return std::ranges::find(layers, asked) != layers.end() || layers.empty() ? asked : layers.front();
}

std::size_t shown_rate(const ParetoView& view) {
    const std::vector<double>& rates = view.duel.info.rates;
    const auto asked = view.rate ? std::ranges::find(rates, *view.rate) : rates.end();
    return asked != rates.end() ? std::size_t(asked - rates.begin()) : telling_rate(view.duel, shown_layer(view));
}

std::vector<ParetoPoint> points_of(const ParetoView& view) {
    if (view.duel.info.rates.empty()) return {};
    std::vector<ParetoPoint> points = pareto_points(view.duel, shown_layer(view), shown_rate(view), view.cost);
    std::ranges::stable_sort(points, {}, &ParetoPoint::cost_percent);
    return points;
}

int look_of_contestant(const CampaignSummary& duel, const CurveInfo& curve) {
    std::vector<Protection> seen;
    for (const CurveSummary& other : duel.curves) {
        if (other.info.protection == curve.protection) break;
        if (std::ranges::find(seen, other.info.protection) == seen.end()) seen.push_back(other.info.protection);
    }
    // The unprotected network has the text's colour, as a whole network has it elsewhere.
    return int(seen.size()) + (duel.curves.front().info.protection == Protection::none ? AccuracySeries::whole_network : 0);
}

void draw(const ParetoView& view, const Theme& theme, QCustomPlot& plot) {
    reset_plot(plot, theme);
    if (!has_points(view)) return;
    const std::vector<ParetoPoint> points = points_of(view);
    set_up_axes(view, points, plot);
    add_efficient_line(points, theme, plot);
    std::map<std::size_t, QCPGraph*> marks;  // by curve: so the legend names them
    // Those worth their price last, and so on top.
    for (const bool is_efficient : {false, true})
        for (const ParetoPoint& point : points)
            if (point.is_efficient == is_efficient) marks[point.curve] = add_contestant(view, point, theme, plot);
    if (view.show_title && !view.title.isEmpty()) add_title(plot, theme, view.title);
    // In a small panel a legend would leave no room for the picture: names stand at the points then, as far as they find room.
    constexpr int low_panel = 260;
    if (!theme.paper && plot.height() < low_panel) return name_points(view, points, theme, plot);
    for (const auto& [curve, mark] : marks) mark->addToLegend();
    place_legend(plot, theme);
}

std::string to_csv(const ParetoView& view) {
    CampaignSummary shown = view.duel;
    std::erase_if(shown.curves, [layer = shown_layer(view)](const CurveSummary& curve) { return curve.info.layer != layer; });
    return duel_csv(shown, view.auc_axis);
}

QString export_figure(const ParetoView& view, const QString& path, const FigureSize& size) {
    return export_figure([&](QCustomPlot& plot, const Theme& theme) { draw(view, theme, plot); }, path, size);
}

}  // namespace clipscope
