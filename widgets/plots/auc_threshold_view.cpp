#include "plots/auc_threshold_view.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "common/csv_text.h"
#include "plots/plot_marks.h"
#include "plots/plot_style.h"
#include "plots/search_style.h"
#include "plots/value_axis.h"

namespace clipscope {

namespace {

QString text(const char* source) {
    return QCoreApplication::translate("AucThresholdView", source);
}

// What the parts of the picture share.
struct Picture {
    const AucThresholdView& view;
    const Theme& theme;
    QCustomPlot& plot;
    QRectF visible;  // axis units

    QPointF at(const AucPoint& point) const { return {threshold_position(view, double(point.threshold)), point.auc}; }
};

bool is_relative(const AucThresholdView& view) {
    return view.in_act_max_units && view.act_max && *view.act_max > 0;
}

std::pair<double, double> full_x_range(const AucThresholdView& view) {
    double high = 0;
    const auto include = [&](const std::optional<float>& threshold) {
        if (threshold && std::isfinite(*threshold)) high = std::max(high, threshold_position(view, double(*threshold)));
    };
    include(view.act_max);
    include(view.chosen);
    include(view.sweep_end);
    include(view.by_hand);
    for (const AucPoint& point : view.points) include(point.threshold);
    for (const AucPoint& point : view.points_by_hand) include(point.threshold);
    if (high == 0) high = 1;
    return {-0.03 * high, 1.06 * high};
}

std::pair<double, double> full_y_range(const AucThresholdView& view) {
    // Room on top for the labels of ACT_max and T, which stand beside their lines.
    if (view.whole_scale) return {-0.02, 1.12};
    double low = 1;
    double high = 0;
    const auto include = [&](double auc, double error) {
        low = std::min(low, auc - error);
        high = std::max(high, auc + error);
    };
    for (const AucPoint& point : view.points) include(point.auc, point.standard_error.value_or(0));
    for (const AucPoint& point : view.points_by_hand) include(point.auc, point.standard_error.value_or(0));
    if (view.unclipped_auc) include(*view.unclipped_auc, view.unclipped_standard_error.value_or(0));
    if (low > high) return {-0.02, 1.12};
    const double size = std::max(high - low, 0.004);
    return {low - 0.08 * size, high + 0.3 * size};
}

void set_up_axes(Picture& picture) {
    const auto [x_low, x_high] = picture.view.x_range.value_or(full_x_range(picture.view));
    const auto [y_low, y_high] = picture.view.y_range.value_or(full_y_range(picture.view));
    QCustomPlot& plot = picture.plot;
    picture.visible = QRectF(QPointF(x_low, y_low), QPointF(x_high, y_high));
    plot.xAxis->setRange(x_low, x_high);
    plot.yAxis->setRange(y_low, y_high);
    for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
        auto ticker = QSharedPointer<QCPAxisTicker>::create();
        ticker->setTickCount(6);
        axis->setTicker(ticker);
    }
    plot.xAxis->setLabel(is_relative(picture.view) ? text("Clipping threshold T / ACT_max") : text("Clipping threshold T"));
    plot.yAxis->setLabel(text("AUC"));
}

void add_marks(const Picture& picture) {
    const AucThresholdView& view = picture.view;
    const auto vertical = [&](const std::optional<float>& threshold, const char* name, const QString& label, const QColor& color,
                              Qt::PenStyle style, int line) {
        if (!threshold || !std::isfinite(*threshold)) return;
        add_vertical_mark(picture.plot, picture.theme, threshold_position(view, double(*threshold)),
                          {QString::fromLatin1(name), label + QLatin1Char(' ') + value_label(double(*threshold)), color, style, line,
                           line > 0 ? Qt::AlignLeft : Qt::AlignRight},
                          picture.visible);
    };
    vertical(view.act_max, "act-max", text("ACT_max"), picture.theme.muted, Qt::DashLine, 0);
    vertical(view.chosen, "chosen", QStringLiteral("T"), picture.theme.text, Qt::SolidLine, 1);
    if (view.by_hand && std::isfinite(*view.by_hand))
        add_vertical_mark(picture.plot, picture.theme, threshold_position(view, double(*view.by_hand)),
                          {QStringLiteral("by-hand"), text("T by hand %1").arg(value_label(double(*view.by_hand))), picture.theme.text,
                           Qt::SolidLine, 2, Qt::AlignLeft},
                          picture.visible);
    if (!view.unclipped_auc || !std::isfinite(*view.unclipped_auc)) return;
    const QString words = text("unclipped %1").arg(*view.unclipped_auc, 0, 'f', 3);
    add_horizontal_mark(picture.plot, picture.theme, *view.unclipped_auc,
                        {QStringLiteral("unclipped"), words, series_style(1, picture.theme).color}, picture.visible);
}

void add_joining_line(const Picture& picture) {
    std::vector<QPointF> vertices;
    for (const AucPoint& point : sorted_points(picture.view)) vertices.push_back(picture.at(point));
    const QPen pen(faded(sweep_style(picture.theme).color, picture.theme, picture.theme.dark ? 0.85 : 0.6),
                   picture.theme.paper ? picture.theme.line_width : 1);
    add_line(picture.plot, vertices, pen, picture.visible, picture.theme.paper)->setObjectName(QStringLiteral("joined"));
}

QCPGraph* add_markers(const Picture& picture, int grid, const std::vector<AucPoint>& points) {
    const SeriesStyle style = grid > 0 ? grid_style(grid, picture.theme) : sweep_style(picture.theme);
    auto* graph = new QCPGraph(picture.plot.xAxis, picture.plot.yAxis);
    graph->setLineStyle(QCPGraph::lsNone);
    graph->setPen(QPen(style.color, picture.theme.line_width));
    graph->setScatterStyle(scatter_style(style, style.color, picture.theme, picture.theme.marker_size));
    graph->setSelectable(QCP::stNone);
    graph->setAdaptiveSampling(false);
    graph->setProperty("grid", grid);
    std::vector<double> errors;
    for (const AucPoint& point : points) {
        const QPointF at = picture.at(point);
        if (picture.theme.paper && !(at.x() >= picture.visible.left() && at.x() <= picture.visible.right() &&
                                     at.y() >= picture.visible.top() && at.y() <= picture.visible.bottom()))
            continue;
        graph->addData(at.x(), at.y());
        errors.push_back(point.standard_error.value_or(0));
    }
    add_error_bars(picture.plot, *graph, errors, picture.theme, picture.visible);
    return graph;
}

void add_points_by_hand(const Picture& picture) {
    if (picture.view.points_by_hand.empty()) return;
    QCPGraph* graph = add_markers(picture, 0, picture.view.points_by_hand);
    graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDiamond, QPen(picture.theme.text, 1.2 * picture.theme.line_width),
                                           Qt::NoBrush, 1.4 * picture.theme.marker_size));
    graph->setProperty("grid", QVariant());
    graph->setObjectName(QStringLiteral("points-by-hand"));
    graph->setName(text("by hand"));
    graph->addToLegend();
}

// A ring around the best point so far; its AUC stands in the legend.
void add_best(const Picture& picture) {
    const std::optional<AucPoint> best = best_point(picture.view);
    if (!best) return;
    auto* graph = new QCPGraph(picture.plot.xAxis, picture.plot.yAxis);
    graph->setLineStyle(QCPGraph::lsNone);
    graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(picture.theme.text, picture.theme.paper ? 0.8 : 1.5),
                                           Qt::NoBrush, 1.7 * picture.theme.marker_size));
    graph->setSelectable(QCP::stNone);
    graph->setObjectName(QStringLiteral("best"));
    graph->setName(text("best %1").arg(best->auc, 0, 'f', 3));
    const QPointF at = picture.at(*best);
    if (!picture.theme.paper || (at.x() >= picture.visible.left() && at.x() <= picture.visible.right() && at.y() >= picture.visible.top() &&
                                 at.y() <= picture.visible.bottom()))
        graph->addData(at.x(), at.y());
    graph->addToLegend();
}

}  // namespace

std::vector<AucPoint> sorted_points(const AucThresholdView& view) {
    std::vector<AucPoint> points = view.points;
    std::erase_if(points, [](const AucPoint& point) { return !std::isfinite(point.threshold) || !std::isfinite(point.auc); });
    std::stable_sort(points.begin(), points.end(), [](const AucPoint& a, const AucPoint& b) { return a.threshold < b.threshold; });
    return points;
}

std::optional<AucPoint> best_point(const AucThresholdView& view) {
    std::optional<AucPoint> best;
    for (const AucPoint& point : sorted_points(view))
        if (!best || point.auc > best->auc) best = point;
    return best;
}

double threshold_position(const AucThresholdView& view, double threshold) {
    return is_relative(view) ? threshold / double(*view.act_max) : threshold;
}

bool has_points(const AucThresholdView& view) {
    return !view.points.empty() || view.unclipped_auc.has_value() || view.by_hand.has_value();
}

void draw(const AucThresholdView& view, const Theme& theme, QCustomPlot& plot) {
    reset_plot(plot, theme);
    Picture picture{view, theme, plot, {}};
    set_up_axes(picture);
    add_marks(picture);
    add_joining_line(picture);
    std::map<int, std::vector<AucPoint>> by_grid;
    for (const AucPoint& point : sorted_points(view)) by_grid[point.grid].push_back(point);
    bool is_first_grid = true;
    for (const auto& [grid, points] : by_grid) {
        QCPGraph* graph = add_markers(picture, grid, points);
        // "grid 1", "2", "3": there is little room.
        graph->setName(grid == 0 ? text("sweep") : is_first_grid ? text("grid %1").arg(grid) : QString::number(grid));
        is_first_grid = is_first_grid && grid == 0;
        graph->addToLegend();
    }
    add_points_by_hand(picture);
    add_best(picture);
    if (view.show_title && !view.title.isEmpty()) add_title(plot, theme, view.title);
    place_legend(plot, theme);
}

std::string to_csv(const AucThresholdView& view) {
    CsvText csv({"threshold", "auc", "standard_error", "grid"});
    for (const AucPoint& point : sorted_points(view))
        csv.add(std::string_view(number_text(point.threshold))).add(point.auc).add(point.standard_error).add(point.grid).end_row();
    if (view.unclipped_auc)
        csv.add(std::string_view()).add(*view.unclipped_auc).add(view.unclipped_standard_error).add(std::string_view()).end_row();
    return csv.text();
}

QString export_figure(const AucThresholdView& view, const QString& path, const FigureSize& size) {
    return export_figure([&](QCustomPlot& plot, const Theme& theme) { draw(view, theme, plot); }, path, size);
}

}  // namespace clipscope
