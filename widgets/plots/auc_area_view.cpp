#include "plots/auc_area_view.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

#include "common/csv_text.h"
#include "plots/accuracy_view.h"
#include "plots/plot_marks.h"
#include "plots/plot_style.h"

namespace clipscope {

namespace {

QString text(const char* source) {
    return QCoreApplication::translate("AucAreaView", source);
}

QString axis_label(const AucAreaView& view) {
    double largest = 0;
    double smallest = 1;
    for (const AucAreaSeries& series : view.series) {
        for (const double rate : series.rates) {
            largest = std::max(largest, rate);
            if (rate > 0) smallest = std::min(smallest, rate);
        }
    }
    if (view.axis == AucAxis::linear) return text("Fault rate per bit / %1").arg(rate_label(largest));
    return text("log fault rate, %1 … %2 as 0 … 1").arg(rate_label(smallest), rate_label(largest));
}

QRectF set_up_axes(const AucAreaView& view, QCustomPlot& plot) {
    const auto [x_low, x_high] = view.x_range.value_or(std::pair(-0.02, 1.03));
    const auto [y_low, y_high] = view.y_range.value_or(std::pair(0.0, 1.03));
    plot.xAxis->setRange(x_low, x_high);
    plot.yAxis->setRange(y_low, y_high);
    for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
        auto ticker = QSharedPointer<QCPAxisTicker>::create();
        ticker->setTickCount(6);
        axis->setTicker(ticker);
    }
    plot.xAxis->setLabel(axis_label(view));
    plot.yAxis->setLabel(text("Accuracy (fraction)"));
    return {QPointF(x_low, y_low), QPointF(x_high, y_high)};
}

void add_series(const AucAreaView& view, int index, const Theme& theme, QCustomPlot& plot, const QRectF& visible) {
    const AucAreaSeries& series = view.series[std::size_t(index)];
    const SeriesStyle style = series_style(index, theme);
    std::vector<QPointF> points;
    for (const AucAreaPoint& point : area_points(series, view.axis)) points.emplace_back(point.x, point.accuracy);
    QColor fill = style.color;
    fill.setAlphaF(theme.dark ? 0.35F : 0.25F);
    add_area(plot, points, 0, fill, visible, theme.paper)->setProperty("area", index);
    QCPGraph* graph = add_line(plot, points, series_pen(style, style.color, theme.strong_line_width), visible, theme.paper);
    graph->setScatterStyle(scatter_style(style, style.color, theme, theme.marker_size));
    graph->setProperty("series", index);
    const std::optional<double> area = area_under(series, view.axis);
    graph->setName(area ? text("%1: AUC %2").arg(series.name).arg(*area, 0, 'f', 3) : series.name);
    graph->addToLegend();
}

}  // namespace

std::vector<AucAreaPoint> area_points(const AucAreaSeries& series, AucAxis axis) {
    std::vector<AucAreaPoint> points;
    if (!has_auc(series.rates, axis)) return points;
    const double largest = series.rates.back();
    const auto first = std::find_if(series.rates.begin(), series.rates.end(), [](double rate) { return rate > 0; });
    const double span = std::log10(largest / *first);
    if (axis == AucAxis::linear) points.push_back({0, series.clean_accuracy, 0});
    for (auto rate = first; rate != series.rates.end(); ++rate) {
        const double x = axis == AucAxis::linear ? *rate / largest : std::log10(*rate / *first) / span;
        points.push_back({x, series.accuracies[std::size_t(rate - series.rates.begin())], *rate});
    }
    return points;
}

std::optional<double> area_under(const AucAreaSeries& series, AucAxis axis) {
    if (!has_auc(series.rates, axis)) return std::nullopt;
    return auc(series.clean_accuracy, series.rates, series.accuracies, axis);
}

bool has_area(const AucAreaView& view) {
    return std::any_of(view.series.begin(), view.series.end(),
                       [&](const AucAreaSeries& series) { return has_auc(series.rates, view.axis); });
}

void draw(const AucAreaView& view, const Theme& theme, QCustomPlot& plot) {
    reset_plot(plot, theme);
    const QRectF visible = set_up_axes(view, plot);
    for (int i = 0; i < int(view.series.size()); ++i) add_series(view, i, theme, plot, visible);
    if (view.show_title && !view.title.isEmpty()) add_title(plot, theme, view.title);
    place_legend(plot, theme);
}

std::string to_csv(const AucAreaView& view) {
    CsvText csv({"series", "rate", "normalised_rate", "accuracy", "auc", "axis"});
    for (const AucAreaSeries& series : view.series) {
        const std::optional<double> area = area_under(series, view.axis);
        for (const AucAreaPoint& point : area_points(series, view.axis))
            csv.add(std::string_view(series.name.toStdString()))
                .add(point.rate)
                .add(point.x)
                .add(point.accuracy)
                .add(area)
                .add(std::string_view(to_string(view.axis)))
                .end_row();
    }
    return csv.text();
}

QString export_figure(const AucAreaView& view, const QString& path, const FigureSize& size) {
    return export_figure([&](QCustomPlot& plot, const Theme& theme) { draw(view, theme, plot); }, path, size);
}

}  // namespace clipscope
