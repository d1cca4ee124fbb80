#include "plots/protect_first_view.h"

#include <qcustomplot.h>

#include <algorithm>

#include "plots/accuracy_view.h"
#include "plots/plot_marks.h"
#include "plots/plot_style.h"
#include "plots/point_labels.h"
#include "results/protect_first_output.h"

namespace clipscope {
namespace {

constexpr double percent = 100;

QString text(const char* source) {
    return QCoreApplication::translate("ProtectFirstView", source);
}

double all_x(const ProtectFirstView& view) {
    return shown_axis(view) == ProtectFirstView::Axis::storage ? view.found.all.storage_percent : double(view.found.steps.size());
}

std::pair<double, double> spread(double low, double high, double least) {
    const double margin = std::max(0.08 * (high - low), least);
    return {low - margin, high + margin};
}

// Steps are whole.
QSharedPointer<QCPAxisTicker> ticker_of(bool is_storage) {
    if (is_storage) return QSharedPointer<QCPAxisTicker>(new QCPAxisTicker);
    auto* whole = new QCPAxisTickerFixed;
    whole->setTickStep(1);
    whole->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
    return QSharedPointer<QCPAxisTicker>(whole);
}

void set_up_axes(const ProtectFirstView& view, const std::vector<StepPlace>& places, QCustomPlot& plot) {
    const CurvePoint& all = view.found.all.point;
    double right = all_x(view), low = percent * all.ci95_low, high = percent * all.ci95_high;
    for (const StepPlace& place : places) {
        right = std::max(right, place.x);
        low = std::min(low, place.low_percent);
        high = std::max(high, place.high_percent);
    }
    const bool is_storage = shown_axis(view) == ProtectFirstView::Axis::storage;
    const auto [x_low, x_high] = view.x_range.value_or(spread(0, right, is_storage ? 0 : 0.3));
    const auto [y_low, y_high] = view.y_range.value_or(spread(low, high, 0.5));
    plot.xAxis->setRange(x_low, x_high);
    plot.yAxis->setRange(y_low, y_high);
    plot.xAxis->setTicker(ticker_of(is_storage));
    plot.xAxis->setSubTicks(is_storage);
    plot.xAxis->setLabel(is_storage           ? text("Storage added (% of the network's bits)")
                         : view.found.by_bits ? text("Bit positions protected")
                                              : text("Layers protected"));
    plot.yAxis->setLabel(text("Accuracy (%) at %1").arg(rate_label(view.found.unprotected.rate)));
}

// Between the axes, the lower y in top(), as plot_marks.h wants it.
QRectF visible_part(const QCustomPlot& plot) {
    const QCPRange x = plot.xAxis->range(), y = plot.yAxis->range();
    return {x.lower, y.lower, x.size(), y.size()};
}

void add_steps(const std::vector<StepPlace>& places, const SeriesStyle& style, const Theme& theme, QCustomPlot& plot) {
    const QRectF visible = visible_part(plot);
    std::vector<QPointF> points;
    for (const StepPlace& place : places) points.emplace_back(place.x, place.mean_percent);
    QCPGraph* line = add_line(plot, points, QPen(style.color, theme.strong_line_width), visible, theme.paper);
    line->setName(text("step by step"));
    QCPGraph* marks = plot.addGraph();
    marks->setProperty("steps", true);
    marks->setLineStyle(QCPGraph::lsNone);
    marks->setPen(QPen(style.color, theme.line_width));
    marks->setScatterStyle(scatter_style(style, style.color, theme, theme.marker_size));
    marks->setSelectable(QCP::stNone);
    QVector<double> below, above;
    for (const StepPlace& place : places) {
        if (theme.paper && !visible.contains(place.x, place.mean_percent)) continue;
        marks->addData(place.x, place.mean_percent);
        below << place.mean_percent - place.low_percent;
        above << place.high_percent - place.mean_percent;
    }
    auto* bars = new QCPErrorBars(plot.xAxis, plot.yAxis);
    bars->setDataPlottable(marks);
    bars->setData(below, above);
    bars->setPen(QPen(faded(style.color, theme, 0.6), theme.line_width));
    bars->setWhiskerWidth(theme.marker_size);
    bars->setSymbolGap(0);
    bars->setSelectable(QCP::stNone);
}

void add_chosen(const StepPlace& place, const SeriesStyle& style, const Theme& theme, QCustomPlot& plot) {
    QCPGraph* mark = plot.addGraph();
    mark->setProperty("chosen", true);
    mark->setLineStyle(QCPGraph::lsNone);
    mark->setPen(QPen(style.color, theme.line_width));
    constexpr double of_chosen = 2.2;
    mark->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(theme.accent, theme.strong_line_width), QBrush(Qt::NoBrush),
                                          of_chosen * theme.marker_size));
    mark->addData(place.x, place.mean_percent);
    mark->setSelectable(QCP::stNone);
}

}  // namespace

bool has_steps(const ProtectFirstView& view) {
    return view.found.unprotected.trials > 0;
}

ProtectFirstView::Axis shown_axis(const ProtectFirstView& view) {
    return view.found.all.storage_percent > 0 ? view.axis : ProtectFirstView::Axis::steps;
}

std::vector<StepPlace> places_of(const ProtectFirstView& view) {
    if (!has_steps(view)) return {};
    const bool is_storage = shown_axis(view) == ProtectFirstView::Axis::storage;
    std::vector<StepPlace> places;
    const auto add = [&](const QString& name, double storage, const CurvePoint& point) {
        const double x = is_storage ? storage : double(places.size());
        places.push_back({name, x, percent * point.mean, percent * point.ci95_low, percent * point.ci95_high});
    };
    add(text("nothing"), 0, view.found.unprotected);
    for (const ProtectStep& step : view.found.steps) {
        const QString name = QString::fromStdString(step.name);
        add(places.size() == 1 ? name : QStringLiteral("+ ") + name, step.storage_percent, step.point);
    }
    return places;
}

void draw(const ProtectFirstView& view, const Theme& theme, QCustomPlot& plot) {
    reset_plot(plot, theme);
    if (!has_steps(view)) return;
    const std::vector<StepPlace> places = places_of(view);
    set_up_axes(view, places, plot);
    const ProtectStep& all = view.found.all;
    const QString everything =
        all.storage_percent > 0 ? text("all protected, +%1 %").arg(QString::number(all.storage_percent, 'g', 3)) : text("all protected");
    const QRectF visible = visible_part(plot);
    add_horizontal_mark(plot, theme, percent * view.found.unprotected.mean,
                        {QStringLiteral("unprotected"), text("unprotected"), theme.muted, Qt::DotLine}, visible);
    add_horizontal_mark(plot, theme, percent * all.point.mean,
                        {QStringLiteral("all"), everything, theme.muted, Qt::DashLine, 0, Qt::AlignLeft}, visible);
    const SeriesStyle style = curve_style(0, 0, theme);
    add_steps(places, style, theme, plot);
    const bool has_chosen = view.chosen >= 0 && view.chosen < int(places.size());
    if (has_chosen && !theme.paper) add_chosen(places[std::size_t(view.chosen)], style, theme, plot);
    std::vector<PointLabels::Label> labels;
    // The unprotected network is named by its level already.
    for (std::size_t i = 0; i < places.size(); ++i)
        labels.push_back({i == 0 ? QString() : places[i].name, places[i].x, places[i].mean_percent,
                          has_chosen && int(i) == view.chosen && !theme.paper});
    new PointLabels(plot, theme, std::move(labels), true, {percent * view.found.unprotected.mean, percent * all.point.mean});
    if (view.show_title && !view.title.isEmpty()) add_title(plot, theme, view.title);
}

std::string to_csv(const ProtectFirstView& view) {
    return protect_first_csv(view.found);
}

QString export_figure(const ProtectFirstView& view, const QString& path, const FigureSize& size) {
    return export_figure([&](QCustomPlot& plot, const Theme& theme) { draw(view, theme, plot); }, path, size);
}

}  // namespace clipscope
