#include "plots/activation_view.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "common/csv_text.h"
#include "plots/plot_marks.h"
#include "plots/plot_style.h"
#include "plots/rate_ticker.h"
#include "plots/value_axis.h"
#include "theme/number_text.h"

namespace clipscope {

namespace {

constexpr std::size_t bin_count = ActivationHistogram::bin_count;

QString text(const char* source) {
    return QCoreApplication::translate("ActivationView", source);
}

// What the parts of the picture share.
struct Picture {
    const ActivationView& view;
    const Theme& theme;
    QCustomPlot& plot;
    QRectF visible;   // axis units
    double base = 0;  // where columns stand
};

struct Bins {
    std::size_t first = bin_count;
    std::size_t last = 0;
    bool empty() const { return first > last; }
};

Bins occupied(const ActivationHistogram& histogram) {
    Bins bins;
    for (std::size_t i = 0; i < bin_count; ++i) {
        if (histogram.count(i) == 0) continue;
        bins.first = std::min(bins.first, i);
        bins.last = i;
    }
    return bins;
}

std::vector<const ActivationHistogram*> histograms(const ActivationView& view) {
    std::vector<const ActivationHistogram*> found;
    for (const auto* histogram : {&view.clean, &view.faulty})
        if (*histogram && (*histogram)->total() > 0) found.push_back(histogram->get());
    return found;
}

double fraction(const ActivationHistogram& histogram, std::uint64_t count) {
    return double(count) / double(std::max<std::uint64_t>(1, histogram.total()));
}

std::pair<double, double> full_x_range(const ActivationView& view) {
    double low = 0;
    double high = 1;
    bool is_first = true;
    const auto include = [&](double position) {
        low = is_first ? position : std::min(low, position);
        high = is_first ? position : std::max(high, position);
        is_first = false;
    };
    for (const ActivationHistogram* histogram : histograms(view)) {
        const Bins bins = occupied(*histogram);
        if (bins.empty()) continue;
        include(value_position(ActivationHistogram::lower_edge(bins.first)));
        include(value_position(ActivationHistogram::upper_edge(bins.last)));
    }
    for (const auto& mark : {view.act_max, view.threshold, view.by_hand})
        if (mark && std::isfinite(*mark)) include(value_position(*mark));
    const double margin = std::max(0.3, 0.03 * (high - low));
    return {low - margin, high + margin};
}

// Room above the highest column for the labels of the marks.
std::pair<double, double> full_y_range(const ActivationView& view) {
    double highest = 0;
    double lowest = 1;
    for (const ActivationHistogram* histogram : histograms(view)) {
        for (std::size_t i = 0; i < bin_count; ++i) {
            if (histogram->count(i) == 0) continue;
            highest = std::max(highest, fraction(*histogram, histogram->count(i)));
            lowest = std::min(lowest, fraction(*histogram, histogram->count(i)));
        }
    }
    if (highest == 0) highest = lowest = 1;
    if (!view.log_count) return {0, 1.4 * highest};
    // A single value is still a column of some height.
    const double bottom = std::floor(std::log10(lowest) - 0.2);
    const double top = std::log10(highest);
    return {bottom, top + 0.32 * std::max(1.0, top - bottom)};
}

void set_up_axes(Picture& picture) {
    const ActivationView& view = picture.view;
    const auto [x_low, x_high] = view.x_range.value_or(full_x_range(view));
    const auto [y_low, y_high] = view.y_range.value_or(full_y_range(view));
    QCustomPlot& plot = picture.plot;
    picture.visible = QRectF(QPointF(x_low, y_low), QPointF(x_high, y_high));
    // On a logarithmic axis columns have no foot; on the screen they reach far below what is seen, for the user to pan to.
    picture.base = view.log_count ? y_low - (picture.theme.paper ? 0 : 20) : 0;
    plot.xAxis->setRange(x_low, x_high);
    plot.yAxis->setRange(y_low, y_high);
    const double label_width = QFontMetricsF(picture.theme.number_font).horizontalAdvance(QStringLiteral("−10⁻⁰⁰ "));
    plot.xAxis->setTicker(QSharedPointer<ValueTicker>::create(int(0.8 * plot.width() / label_width)));
    if (view.log_count) {
        plot.yAxis->setTicker(QSharedPointer<RateTicker>::create(std::nullopt, -40.0));
    } else {
        auto ticker = QSharedPointer<QCPAxisTicker>::create();
        ticker->setTickCount(5);
        plot.yAxis->setTicker(ticker);
    }
    plot.xAxis->setLabel(text("Activation value"));
    plot.yAxis->setLabel(text("Fraction of values"));
}

// The upper edge of the columns, from the first occupied bin to the last.
std::vector<QPointF> outline(const Picture& picture, const ActivationHistogram& histogram) {
    std::vector<QPointF> points;
    const Bins bins = occupied(histogram);
    if (bins.empty()) return points;
    const auto height = [&](std::size_t bin) {
        const double share = fraction(histogram, histogram.count(bin));
        if (!picture.view.log_count) return share;
        return share > 0 ? std::log10(share) : picture.base;
    };
    points.emplace_back(value_position(ActivationHistogram::lower_edge(bins.first)), picture.base);
    for (std::size_t bin = bins.first; bin <= bins.last; ++bin) {
        points.emplace_back(value_position(ActivationHistogram::lower_edge(bin)), height(bin));
        points.emplace_back(value_position(ActivationHistogram::upper_edge(bin)), height(bin));
    }
    points.emplace_back(points.back().x(), picture.base);
    return points;
}

QColor histogram_color(int series, const Theme& theme) {
    return series_style(series, theme).color;  // blue without faults, vermillion with them
}

void add_columns(const Picture& picture, const ActivationHistogram& histogram, int series) {
    QColor fill = histogram_color(series, picture.theme);
    fill.setAlphaF(picture.theme.dark ? 0.35F : 0.25F);
    QCPCurve* area = add_area(picture.plot, outline(picture, histogram), picture.base, fill, picture.visible, picture.theme.paper);
    area->setProperty("area", series);
}

void add_outline(const Picture& picture, const ActivationHistogram& histogram, int series, const QString& name) {
    QPen pen(histogram_color(series, picture.theme), picture.theme.paper ? 1.2 * picture.theme.line_width : 1);
    pen.setJoinStyle(Qt::MiterJoin);
    QCPGraph* graph = add_line(picture.plot, outline(picture, histogram), pen, picture.visible, picture.theme.paper);
    graph->setAdaptiveSampling(false);
    graph->setAntialiased(picture.theme.paper);
    graph->setProperty("series", series);
    graph->setName(name);
}

// Of ACT_max, T and T by hand, which says what it cuts off.
int lines_of_marks(const ActivationView& view) {
    return 2 + (view.by_hand ? 1 + int(view.clean != nullptr) + int(view.faulty != nullptr) : 0);
}

// In the corner away from the labels of ACT_max and T.
void add_nonfinite_badge(const Picture& picture, const ActivationHistogram& histogram, int series, int line) {
    QString words =
        text(series == 0 ? "clean, non-finite: %1" : "faulty, non-finite: %1").arg(grouped(std::int64_t(histogram.nonfinite())));
    if (histogram.nonfinite() > 0) {
        const double share = fraction(histogram, histogram.nonfinite());
        words += QStringLiteral(" (%1 %)").arg(QString::number(100 * share, 'g', 2));
    }
    const std::optional<float>& mark = picture.view.act_max ? picture.view.act_max : picture.view.threshold;
    const double share_left =
        mark ? std::clamp((value_position(double(*mark)) - picture.visible.left()) / picture.visible.width(), 0.0, 1.0) : 0;
    const bool left = share_left > 0.5;
    // Below those labels where there is no room beside them; the axis' own labels take about the height of five lines.
    const QFontMetricsF metrics(picture.theme.number_font);
    const QString longest_mark = text("ACT_max") + QLatin1Char(' ') + value_label(mark ? double(*mark) : 0);
    const double needed = metrics.horizontalAdvance(words) + metrics.horizontalAdvance(longest_mark) + 24;
    const double width = picture.plot.width() - 5 * metrics.height();
    const bool has_room = !mark || needed < width * std::max(share_left, 1 - share_left);
    add_badge(picture.plot, picture.theme, QStringLiteral("nonfinite-") + QString::number(series), words,
              histogram_color(series, picture.theme), left ? Qt::AlignLeft : Qt::AlignRight,
              has_room && !picture.view.by_hand ? line : line + lines_of_marks(picture.view));
}

// The clean outline lies on top: where faults change nothing, it is the one to see.
void add_histograms(const Picture& picture) {
    const ActivationView& view = picture.view;
    const QString faulty_name = view.faulty_name.isEmpty() ? text("faulty") : text("faulty") + QStringLiteral(", ") + view.faulty_name;
    if (view.faulty) add_columns(picture, *view.faulty, 1);
    if (view.clean) add_columns(picture, *view.clean, 0);
    if (view.faulty) add_outline(picture, *view.faulty, 1, faulty_name);
    if (view.clean) add_outline(picture, *view.clean, 0, text("clean"));
    for (const int series : {0, 1})
        for (int i = 0; i < picture.plot.graphCount(); ++i)
            if (picture.plot.graph(i)->property("series") == series) picture.plot.graph(i)->addToLegend();
    int line = 0;
    const auto is_counted = [&](const auto& histogram) { return histogram && (view.counts_no_nonfinite || histogram->nonfinite() > 0); };
    if (is_counted(view.clean)) add_nonfinite_badge(picture, *view.clean, 0, line++);
    if (is_counted(view.faulty)) add_nonfinite_badge(picture, *view.faulty, 1, line);
}

// What is cut off, on both sides of zero.
void add_cut(const Picture& picture) {
    if (!picture.view.by_hand) return;
    const double at = value_position(double(*picture.view.by_hand));
    const double end = picture.theme.paper ? picture.visible.right() : value_position(std::numeric_limits<float>::max()) + 1;
    const double top = picture.visible.bottom() + (picture.theme.paper ? 0 : 20);
    QColor fill = picture.theme.muted;
    fill.setAlphaF(0.22F);
    for (const double sign : {1.0, -1.0}) {
        const std::vector<QPointF> edge =
            sign > 0 ? std::vector<QPointF>{{at, top}, {end, top}} : std::vector<QPointF>{{-end, top}, {-at, top}};
        add_area(picture.plot, edge, picture.base, fill, picture.visible, picture.theme.paper)->setObjectName(QStringLiteral("cut-off"));
    }
}

void add_hand(const Picture& picture) {
    const ActivationView& view = picture.view;
    if (!view.by_hand) return;
    const double threshold = double(*view.by_hand);
    QString words = text("T by hand %1").arg(value_label(threshold));
    if (view.clean) words += QLatin1Char('\n') + text("cut off: %1").arg(cut_off_text(*view.clean, threshold));
    if (view.faulty) words += QLatin1Char('\n') + text("under faults: %1").arg(cut_off_text(*view.faulty, threshold));
    add_vertical_mark(picture.plot, picture.theme, value_position(threshold),
                      {QStringLiteral("by-hand"), words, picture.theme.text, Qt::SolidLine, 2, Qt::AlignLeft}, picture.visible);
}

void add_marks(const Picture& picture) {
    const auto add = [&](const std::optional<float>& value, const char* name, const QString& label, const QColor& color, Qt::PenStyle style,
                         int line) {
        if (!value) return;
        const QString words = label + QLatin1Char(' ') + value_label(double(*value));
        add_vertical_mark(picture.plot, picture.theme, value_position(double(*value)),
                          {QString::fromLatin1(name), words, color, style, line, line > 0 ? Qt::AlignLeft : Qt::AlignRight},
                          picture.visible);
    };
    add(picture.view.act_max, "act-max", text("ACT_max"), picture.theme.text, Qt::DashLine, 0);
    add(picture.view.threshold, "threshold", QStringLiteral("T"), series_style(2, picture.theme).color, Qt::SolidLine, 1);
}

}  // namespace

double share_cut_off(const ActivationHistogram& histogram, double threshold) {
    double beyond = double(histogram.nonfinite());
    for (std::size_t bin = 0; bin < bin_count; ++bin) {
        if (histogram.count(bin) == 0) continue;
        const double edges[] = {std::abs(ActivationHistogram::lower_edge(bin)), std::abs(ActivationHistogram::upper_edge(bin))};
        // The bin around zero counts as one value, 0, but for what it holds beside zeros.
        const double low = bin == ActivationHistogram::side_bins ? 0 : std::min(edges[0], edges[1]);
        const double high = std::max(edges[0], edges[1]);
        if (low >= threshold && low > 0)
            beyond += double(histogram.count(bin));
        else if (low > 0 && high > threshold)
            beyond += double(histogram.count(bin)) * std::log(high / threshold) / std::log(high / low);
        else if (low == 0 && threshold <= 0)
            beyond += double(histogram.count(bin) - histogram.zeros());
    }
    const auto largest = histogram.largest(), smallest = histogram.smallest();
    const bool reaches_beyond = largest && std::max(double(*largest), -double(*smallest)) > threshold;
    return fraction(histogram, 1) * (reaches_beyond ? beyond : double(histogram.nonfinite()));
}

QString cut_off_text(const ActivationHistogram& histogram, double threshold) {
    const double share = share_cut_off(histogram, threshold);
    return share > 0 ? QStringLiteral("≈ %1 %").arg(QString::number(100 * share, 'g', share >= 0.1 ? 3 : 2)) : text("nothing");
}

bool has_values(const ActivationView& view) {
    return !histograms(view).empty();
}

void draw(const ActivationView& view, const Theme& theme, QCustomPlot& plot) {
    reset_plot(plot, theme);
    Picture picture{view, theme, plot, {}, 0};
    set_up_axes(picture);
    add_cut(picture);
    add_histograms(picture);
    add_marks(picture);
    add_hand(picture);
    if (view.show_title && !view.title.isEmpty()) add_title(plot, theme, view.title);
    place_legend(plot, theme);
}

std::string to_csv(const ActivationView& view) {
    CsvText csv({"histogram", "lower", "upper", "count", "fraction"});
    const auto add = [&](const std::shared_ptr<const ActivationHistogram>& histogram, const char* name) {
        if (!histogram) return;
        for (std::size_t bin = 0; bin < bin_count; ++bin) {
            const std::uint64_t count = histogram->count(bin);
            if (count == 0) continue;
            csv.add(std::string_view(name)).add(ActivationHistogram::lower_edge(bin)).add(ActivationHistogram::upper_edge(bin));
            csv.add(count).add(fraction(*histogram, count)).end_row();
        }
        const std::pair<const char*, std::uint64_t> rest[] = {
            {"nan", histogram->nan()}, {"inf", histogram->positive_infinity()}, {"-inf", histogram->negative_infinity()}};
        for (const auto& [kind, count] : rest)
            csv.add(std::string_view(name))
                .add(std::string_view(kind))
                .add(std::string_view())
                .add(count)
                .add(fraction(*histogram, count))
                .end_row();
    };
    add(view.clean, "clean");
    add(view.faulty, "faulty");
    return csv.text();
}

QString export_figure(const ActivationView& view, const QString& path, const FigureSize& size) {
    return export_figure([&](QCustomPlot& plot, const Theme& theme) { draw(view, theme, plot); }, path, size);
}

}  // namespace clipscope
