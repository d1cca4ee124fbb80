#include "figures/figure_kinds.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

#include "plots/accuracy_view.h"
#include "plots/activation_view.h"
#include "plots/auc_area_view.h"
#include "plots/auc_threshold_view.h"
#include "plots/critical_bits_view.h"
#include "plots/pareto_view.h"
#include "plots/plot_marks.h"
#include "plots/protect_first_view.h"
#include "plots/trisection_view.h"
#include "plots/upset_view.h"
#include "plots/value_axis.h"
#include "plots/worst_bits_view.h"

namespace clipscope {
namespace {

// What a number of an axis' labels is in axis units.
double x_place(const AccuracyView& view, double rate) {
    return RatePositions(view)(rate);
}
double x_place(const ActivationView&, double value) {
    return value_position(value);
}
double y_place(const ActivationView& view, double fraction) {
    return view.log_count ? std::log10(std::max(fraction, 1e-300)) : fraction;
}
template <typename View>
double x_place(const View&, double value) {
    return value;
}
template <typename View>
double y_place(const View&, double value) {
    return value;
}

// What of a style changes the value that is drawn.
template <typename View>
void take_style(View&, const FigureStyle&) {}

void take_style(ActivationView& view, const FigureStyle& style) {
    view.log_count = style.y.is_logarithmic.value_or(view.log_count);
}

void take_style(AucAreaView& view, const FigureStyle& style) {
    if (style.x.is_logarithmic) view.axis = *style.x.is_logarithmic ? AucAxis::log10 : AucAxis::linear;
}

void take_style(AccuracyView& view, const FigureStyle& style) {
    // Colours go by the place in the view, which changes here.
    for (std::size_t i = 0; i < view.series.size(); ++i)
        if (!view.series[i].layer) view.series[i].layer = int(i);
    std::vector<AccuracySeries> listed, others = std::move(view.series);
    for (const CurveLook& look : style.curves)
        for (auto one = others.begin(); one != others.end();) {
            const bool is_it = is_meant(look.curve, one->name);
            if (is_it && look.is_shown) listed.push_back(*one);
            one = is_it ? others.erase(one) : one + 1;
        }
    if (!style.only_listed || listed.empty()) listed.insert(listed.end(), others.begin(), others.end());
    view.series = std::move(listed);
    if (style.boxes) view.box_plots = *style.boxes ? BoxPlots::all : BoxPlots::none;
    view.show_interval = style.bars.value_or(view.show_interval);
    view.show_markers = style.points.value_or(view.show_markers);
}

// What is added to the picture after it was drawn.
template <typename View>
void add_parts(const View&, const FigureStyle&, const Theme&, QCustomPlot&) {}

// The 95 % intervals of the means as areas.
void add_parts(const AccuracyView& view, const FigureStyle& style, const Theme& theme, QCustomPlot& plot) {
    if (style.band != true) return;
    constexpr double percent = 100;
    const QCPRange x = plot.xAxis->range(), y = plot.yAxis->range();
    const RatePositions place(view);
    for (std::size_t i = 0; i < view.series.size(); ++i) {
        std::vector<BandPoint> points;
        for (const CurvePoint& point : view.series[i].points)
            if (std::isfinite(point.ci95_low)) points.push_back({place(point.rate), percent * point.ci95_low, percent * point.ci95_high});
        QColor fill = style_of(view, i, theme).color;
        fill.setAlphaF(theme.dark ? 0.3F : 0.18F);
        QCPCurve* band = add_band(plot, points, fill, QRectF(x.lower, y.lower, x.size(), y.size()), true);
        band->setProperty("series", int(i));
        band->setLayer(QStringLiteral("background"));
    }
}

void add_parts(const UpsetView&, const FigureStyle& style, const Theme&, QCustomPlot& plot) {
    const auto set = [](QCPAxis& axis, std::optional<bool> is_logarithmic) {
        if (!is_logarithmic || *is_logarithmic == (axis.scaleType() == QCPAxis::stLogarithmic) || axis.range().lower <= 0) return;
        axis.setScaleType(*is_logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        axis.setTicker(*is_logarithmic ? QSharedPointer<QCPAxisTicker>(new QCPAxisTickerLog) : QSharedPointer<QCPAxisTicker>::create());
    };
    set(*plot.xAxis, style.x.is_logarithmic);
    set(*plot.yAxis, style.y.is_logarithmic);
}

template <typename View, typename Place>
void take_range(const AxisStyle& style, const QCPRange& whole, const View& view, Place place,
                std::optional<std::pair<double, double>>& range) {
    if (!style.low && !style.high) return;
    const double low = style.low ? place(view, *style.low) : range ? range->first : whole.lower;
    const double high = style.high ? place(view, *style.high) : range ? range->second : whole.upper;
    // Bits are numbered from the right.
    range = std::minmax(low, high);
}

template <typename View>
void draw_figure(const View& whole, const FigureStyle& style, const Theme& theme, QCustomPlot& plot) {
    View view = whole;
    view.show_title = false;
    take_style(view, style);
    if (style.x.low || style.x.high || style.y.low || style.y.high) {
        draw(view, theme, plot);
        const auto x = [](const View& of, double value) { return x_place(of, value); };
        const auto y = [](const View& of, double value) { return y_place(of, value); };
        take_range(style.x, plot.xAxis->range(), view, x, view.x_range);
        take_range(style.y, plot.yAxis->range(), view, y, view.y_range);
    }
    draw(view, theme, plot);
    add_parts(view, style, theme, plot);
}

template <typename View>
Figure make(const View& view, const char* kind, const FigureSize& size) {
    const auto shared = std::make_shared<const View>(view);
    return {kind, size,
            [shared](const FigureStyle& style, const Theme& theme, QCustomPlot& plot) { draw_figure(*shared, style, theme, plot); },
            [shared] { return to_csv(*shared); }, view.title};
}

}  // namespace

Figure figure_of(const AccuracyView& view) {
    return make(view, "accuracy", FigureSize::double_column());
}
Figure figure_of(const ActivationView& view) {
    return make(view, "activations", FigureSize::double_column());
}
Figure figure_of(const AucAreaView& view) {
    return make(view, "area", FigureSize::single_column());
}
Figure figure_of(const AucThresholdView& view) {
    return make(view, "auc-vs-threshold", FigureSize::double_column());
}
Figure figure_of(const CriticalBitsView& view) {
    return make(view, "critical-bits", FigureSize::single_column());
}
Figure figure_of(const ParetoView& view) {
    return make(view, "price", FigureSize::single_column());
}
Figure figure_of(const ProtectFirstView& view) {
    return make(view, "protect-first", FigureSize::single_column());
}
Figure figure_of(const TrisectionView& view) {
    return make(view, "search", FigureSize::double_column());
}
Figure figure_of(const UpsetView& view) {
    return make(view, "upsets", FigureSize::single_column());
}
Figure figure_of(const WorstBitsView& view) {
    return make(view, "worst-bits", FigureSize::single_column());
}

}  // namespace clipscope
