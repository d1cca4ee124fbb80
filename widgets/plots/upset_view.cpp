#include "plots/upset_view.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

#include "common/csv_text.h"
#include "plots/plot_marks.h"
#include "plots/plot_style.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

constexpr double percent = 100;
constexpr double decade = 10;
constexpr int points_a_line = 60;

QString text(const char* source) {
    return QCoreApplication::translate("UpsetView", source);
}

QString name_of(FailureKind kind) {
    return kind == FailureKind::sdc ? text("silent (SDC)") : text("detectable (DUE)");
}

std::vector<double> spaced(double low, double high, int count) {
    std::vector<double> values;
    for (int i = 0; i < count; ++i) values.push_back(low * std::pow(high / low, double(i) / (count - 1)));
    return values;
}

// Failures in time grow as the rate of upsets does.
std::vector<UpsetView::Line> lines_over_rates(const CurveSummary& curve, const CurvePoint& one, const UpsetConditions& conditions) {
    std::vector<UpsetView::Line> lines;
    for (const FailureKind kind : {FailureKind::sdc, FailureKind::due}) {
        const bool is_sdc = kind == FailureKind::sdc;
        UpsetView::Line line{kind, true, name_of(kind), {}};
        for (const double rate : spaced(conditions.low / decade, conditions.high * decade, points_a_line)) {
            const FailuresInTime in =
                failures_in_time(rate, double(curve.info.bits), is_sdc ? one.sdc_mean : one.due_mean, is_sdc ? one.sdc_ci95 : one.due_ci95);
            line.points.push_back({fit_per_mbit(rate), in.fit, in.ci95});
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

// Shares on average over the time without a scrub, as far as rates were measured.
std::vector<UpsetView::Line> lines_over_hours(const CurveSummary& curve, const UpsetConditions& conditions) {
    constexpr double to_either_side = 1000;
    std::vector<UpsetView::Line> lines;
    for (const FailureKind kind : {FailureKind::sdc, FailureKind::due}) {
        const std::vector<MeasuredShare> shares = measured_shares(curve.points, kind);
        for (const bool is_high : {true, false}) {
            if (!is_high && conditions.low == conditions.high) continue;
            UpsetView::Line line{kind, is_high, name_of(kind), {}};
            if (conditions.low != conditions.high)
                line.name = (is_high ? text("%1, upper rate") : text("%1, lower rate")).arg(name_of(kind));
            for (const double hours : spaced(conditions.hours / to_either_side, conditions.hours * to_either_side, points_a_line)) {
                const ShareAtRate share = mean_share(shares, is_high ? conditions.high : conditions.low, hours);
                if (share.is_beyond) break;
                line.points.push_back({hours, percent * share.share, {percent * share.ci95.low, percent * share.ci95.high}});
            }
            lines.push_back(std::move(line));
        }
    }
    return lines;
}

void set_logarithmic(QCPAxis& axis) {
    axis.setScaleType(QCPAxis::stLogarithmic);
    axis.setTicker(QSharedPointer<QCPAxisTickerLog>(new QCPAxisTickerLog));
    axis.setNumberFormat(QStringLiteral("eb"));
    axis.setNumberPrecision(0);
}

struct Extent {
    double left = 1, right = decade, low = 0, high = 0;
};

Extent extent_of(const UpsetView& view) {
    Extent extent{INFINITY, 0, INFINITY, 0};
    for (const UpsetView::Line& line : view.lines)
        for (const UpsetView::Point& point : line.points) {
            extent.left = std::min(extent.left, point.x);
            extent.right = std::max(extent.right, point.x);
            extent.high = std::max({extent.high, point.value, point.ci95.high});
            // What was never seen lies at 0, which a logarithmic axis does not have.
            if (point.ci95.high > 0) extent.low = std::min(extent.low, std::max(point.value, point.ci95.high / decade));
        }
    if (!(extent.right > extent.left)) return {1, decade, 1, decade};
    return extent;
}

void set_up_axes(const UpsetView& view, QCustomPlot& plot) {
    const bool is_rate = view.axis == UpsetView::Axis::upset_rate;
    const Extent extent = extent_of(view);
    set_logarithmic(*plot.xAxis);
    plot.xAxis->setLabel(is_rate ? text("Upsets (FIT per Mbit)") : text("Time between scrubs (h)"));
    plot.yAxis->setLabel(is_rate ? text("Failures in time (FIT)") : text("Wrong answers on average (%)"));
    std::pair<double, double> y(0, std::max(1.08 * extent.high, 1e-6));
    if (is_rate) {
        set_logarithmic(*plot.yAxis);
        double high = extent.high, low = extent.low;
        for (const SafetyLevel& level : safety_levels()) {
            high = std::max(high, 2 * level.most_fit);
            low = std::min(low, level.most_fit / 2);
        }
        y = {low / 1.5, high * 1.5};
    }
    const auto [x_low, x_high] = view.x_range.value_or(std::pair(extent.left, extent.right));
    const auto [y_low, y_high] = view.y_range.value_or(y);
    plot.xAxis->setRange(x_low, x_high);
    plot.yAxis->setRange(y_low, y_high);
}

QRectF visible_part(const QCustomPlot& plot) {
    const QCPRange x = plot.xAxis->range(), y = plot.yAxis->range();
    return {x.lower, y.lower, x.size(), y.size()};
}

// Levels that share a budget share a line.
void add_budgets(const Theme& theme, QCustomPlot& plot) {
    std::vector<std::pair<double, QString>> budgets;
    for (const SafetyLevel& level : safety_levels()) {
        const QString name = QString::fromUtf8(level.name.data(), qsizetype(level.name.size()));
        if (!budgets.empty() && budgets.back().first == level.most_fit)
            budgets.back().second += QStringLiteral(", ") + name.section(QLatin1Char(' '), 1);
        else
            budgets.emplace_back(level.most_fit, name);
    }
    for (const auto& [fit, name] : budgets)
        add_horizontal_mark(
            plot, theme, fit,
            {QStringLiteral("budget-%1").arg(fit), text("%1: %2 FIT").arg(name).arg(fit), theme.muted, Qt::DashLine, 0, Qt::AlignLeft},
            visible_part(plot));
}

void add_conditions(const UpsetView& view, const Theme& theme, QCustomPlot& plot) {
    const QRectF visible = visible_part(plot);
    const auto mark = [&](double x, const char* name, const QString& label, Qt::Alignment side) {
        add_vertical_mark(plot, theme, x, {QString::fromLatin1(name), label, theme.muted, Qt::DotLine, 0, side}, visible);
    };
    if (view.axis == UpsetView::Axis::scrub_interval)
        mark(view.conditions.hours, "hours", text("%1 h").arg(QString::number(view.conditions.hours, 'g', 4)), Qt::AlignRight);
    else if (view.conditions.low == view.conditions.high)
        mark(fit_per_mbit(view.conditions.low), "rate", text("yours"), Qt::AlignRight);
    else {
        mark(fit_per_mbit(view.conditions.low), "low", text("from"), Qt::AlignLeft);
        mark(fit_per_mbit(view.conditions.high), "high", text("to"), Qt::AlignRight);
    }
}

void add_line_of(const UpsetView::Line& line, const Theme& theme, QCustomPlot& plot) {
    if (line.points.empty()) return;
    SeriesStyle style = curve_style(line.kind == FailureKind::sdc ? 3 : 0, line.kind == FailureKind::sdc ? 0 : 1, theme);
    if (!line.is_high_end) style.dashes = {1, 3};
    std::vector<QPointF> points, most;
    std::vector<BandPoint> band;
    for (const UpsetView::Point& point : line.points) {
        points.emplace_back(point.x, point.value);
        most.emplace_back(point.x, point.ci95.high);
        band.push_back({point.x, point.ci95.low, point.ci95.high});
    }
    const QRectF visible = visible_part(plot);
    const bool is_seen = line.points.back().value > 0, has_zero = plot.yAxis->scaleType() == QCPAxis::stLinear;
    // Of shares one area is enough: four would hide each other. A logarithmic axis has no 0: the area down to it would be all there is to
    // see.
    const bool has_band = has_zero ? line.kind == FailureKind::sdc && line.is_high_end : line.points.back().ci95.low > 0;
    if (has_band) {
        QCPCurve* area = add_band(plot, band, faded(style.color, theme, theme.dark ? 0.35 : 0.22), visible, theme.paper);
        area->setProperty("band", true);
        area->setLayer(QStringLiteral("background"));
    } else if (!has_zero && line.points.back().ci95.high > 0) {
        QCPGraph* limit = add_line(plot, most, QPen(style.color, theme.strong_line_width, Qt::DotLine), visible, theme.paper);
        limit->setName(is_seen ? text("%1, at most (95 %)").arg(line.name) : text("%1: none seen, at most (95 %)").arg(line.name));
        limit->addToLegend();
    }
    if (!is_seen && !has_zero) return;
    QCPGraph* graph = add_line(plot, points, series_pen(style, style.color, theme.strong_line_width), visible, theme.paper);
    graph->setName(line.name);
    graph->addToLegend();
}

}  // namespace

UpsetView upset_view(const CurveSummary& curve, const CampaignInfo& info, const UpsetConditions& conditions) {
    UpsetView view;
    view.conditions = conditions;
    if (!(conditions.low > 0 && conditions.high >= conditions.low && conditions.hours > 0) || !no_time_in(info).empty() ||
        !lasts_in_memory(curve.info))
        return view;
    if (info.axis == PointAxis::fault_count) {
        if (const CurvePoint* one = single_fault_point(curve.points)) view.lines = lines_over_rates(curve, *one, conditions);
        return view;
    }
    view.axis = UpsetView::Axis::scrub_interval;
    if (!curve.points.empty()) view.lines = lines_over_hours(curve, conditions);
    return view;
}

void draw(const UpsetView& view, const Theme& theme, QCustomPlot& plot) {
    reset_plot(plot, theme);
    // The view before may have been of another kind.
    for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
        constexpr int digits = 6;
        axis->setScaleType(QCPAxis::stLinear);
        axis->setTicker(QSharedPointer<QCPAxisTicker>(new QCPAxisTicker));
        axis->setNumberPrecision(digits);
    }
    if (view.lines.empty()) return;
    set_up_axes(view, plot);
    if (view.axis == UpsetView::Axis::upset_rate) add_budgets(theme, plot);
    add_conditions(view, theme, plot);
    for (const UpsetView::Line& line : view.lines) add_line_of(line, theme, plot);
    place_legend(plot, theme);
    if (view.show_title && !view.title.isEmpty()) add_title(plot, theme, view.title);
}

std::string to_csv(const UpsetView& view) {
    const bool is_rate = view.axis == UpsetView::Axis::upset_rate;
    CsvText csv(is_rate ? std::vector<std::string_view>{"failures", "fit_per_mbit", "fit", "ci95_low_fit", "ci95_high_fit"}
                        : std::vector<std::string_view>{"failures", "hours", "percent", "ci95_low_percent", "ci95_high_percent"});
    for (const UpsetView::Line& line : view.lines)
        for (const UpsetView::Point& point : line.points) {
            csv.add(line.name.toStdString()).add(point.x).add(point.value).add(point.ci95.low).add(point.ci95.high);
            csv.end_row();
        }
    return csv.text();
}

QString export_figure(const UpsetView& view, const QString& path, const FigureSize& size) {
    return export_figure([&](QCustomPlot& plot, const Theme& theme) { draw(view, theme, plot); }, path, size);
}

}  // namespace clipscope
