// Fitting a figure to its page: drawn, measured, mended, and where that does not do drawn once more in a smaller font.
#include <qcustomplot.h>

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <limits>

#include "figures/curve_labels.h"
#include "figures/figure.h"
#include "figures/figure_legend.h"
#include "figures/mark_places.h"
#include "figures/styled_plot.h"
#include "figures/text_boxes.h"
#include "figures/text_wrap.h"
#include "figures/thinned_ticker.h"
#include "plots/figure_bytes.h"
#include "plots/point_labels.h"
#include "plots/trisection_item.h"

namespace clipscope {
namespace {

constexpr int smallest_font = 4;

QSize page_of(const QCustomPlot& plot) {
    return plot.viewport().size();
}

void add_wrapped_title(QCustomPlot& plot, const Theme& theme, const QString& title) {
    const int margin = 2;
    const QString lines = wrapped(title, QFontMetricsF(theme.title_font), plot.viewport().width() - 4 * margin);
    plot.plotLayout()->insertRow(0);
    auto* element = new QCPTextElement(&plot, lines, theme.title_font);
    element->setTextColor(theme.text);
    element->setMargins(QMargins(margin, 2 * margin, margin, 0));
    plot.plotLayout()->addElement(0, 0, element);
}

std::vector<QCPColorScale*> color_scales(QCustomPlot& plot) {
    std::vector<QCPColorScale*> scales;
    QCPLayoutGrid& grid = *plot.plotLayout();
    for (int i = 0; i < grid.elementCount(); ++i)
        if (auto* scale = qobject_cast<QCPColorScale*>(grid.elementAt(i))) scales.push_back(scale);
    return scales;
}

void wrap_label(QCPAxis& axis, double length) {
    if (!axis.label().isEmpty()) axis.setLabel(wrapped(axis.label(), QFontMetricsF(axis.labelFont()), length));
}

void wrap_axis_labels(QCustomPlot& plot) {
    wrap_label(*plot.xAxis, plot.axisRect()->width());
    wrap_label(*plot.yAxis, plot.axisRect()->height());
    for (QCPColorScale* scale : color_scales(plot)) wrap_label(*scale->axis(), scale->rect().height());
}

// Labels of levels stand beside the axes, not above or below them, and not on one another.
void keep_levels_within(QCustomPlot& plot) {
    const auto ticker = plot.yAxis2->ticker().dynamicCast<QCPAxisTickerText>();
    if (!plot.yAxis2->visible() || !ticker) return;
    const double line = QFontMetricsF(plot.yAxis2->tickLabelFont()).lineSpacing();
    std::vector<double> centres, heights;
    QStringList texts;
    const QMap<double, QString> levels = ticker->ticks();
    for (auto level = levels.cend(); level != levels.cbegin();) {
        --level;  // from the top
        centres.push_back(plot.yAxis->coordToPixel(level.key()));
        heights.push_back(double(level.value().count(QLatin1Char('\n')) + 1) * line);
        texts << level.value();
    }
    const QRect axes = plot.axisRect()->rect();
    const std::vector<double> tops = TrisectionItem::spread(centres, heights, 1, axes.top(), axes.bottom());
    QMap<double, QString> moved;
    for (qsizetype i = 0; i < texts.size(); ++i)
        moved.insert(plot.yAxis->pixelToCoord(tops[std::size_t(i)] + 0.5 * heights[std::size_t(i)]), texts[i]);
    ticker->setTicks(moved);
}

// Tick labels may hang over the ends of the axes: the axes make room for them. Returns whether there was anything to do.
bool make_margins(QCustomPlot& plot, const std::vector<TextBox>& boxes) {
    const QSize page = page_of(plot);
    double left = 0, right = 0, top = 0, bottom = 0;
    for (const TextBox& box : boxes) {
        left = std::max(left, -box.ink.left());
        right = std::max(right, box.ink.right() - page.width());
        top = std::max(top, -box.ink.top());
        bottom = std::max(bottom, box.ink.bottom() - page.height());
    }
    if (left <= 0 && right <= 0 && top <= 0 && bottom <= 0) return false;
    const QMargins more(int(std::ceil(left)), int(std::ceil(top)), int(std::ceil(right)), int(std::ceil(bottom)));
    QCPAxisRect& axes = *plot.axisRect();
    // The margins may be larger than their minimum already.
    const QMargins now = axes.margins(), least = axes.minimumMargins();
    axes.setMinimumMargins(
        {more.left() > 0 ? now.left() + more.left() : least.left(), more.top() > 0 ? now.top() + more.top() : least.top(),
         more.right() > 0 ? now.right() + more.right() : least.right(), more.bottom() > 0 ? now.bottom() + more.bottom() : least.bottom()});
    return true;
}

std::size_t names_left_out(const QCustomPlot& plot, const std::vector<TextBox>& boxes) {
    std::size_t count = 0;
    for (int i = 0; i < plot.itemCount(); ++i) {
        const auto* names = qobject_cast<const PointLabels*>(plot.item(i));
        if (!names) continue;
        for (const PointLabels::Label& label : names->labels())
            count += !label.text.isEmpty() && std::ranges::find(boxes, label.text, &TextBox::text) == boxes.end();
    }
    return count;
}

struct Attempt {
    std::unique_ptr<QCustomPlot> plot;
    std::size_t faults = std::numeric_limits<std::size_t>::max();
};

Attempt attempt(const Figure& figure, const FigureStyle& style, const QSize& page, int font_px) {
    Attempt made{std::make_unique<QCustomPlot>()};
    QCustomPlot& plot = *made.plot;
    plot.resize(page);
    plot.setViewport(QRect(QPoint(), page));
    const Theme theme = figure_theme(style, font_px);
    figure.draw(style, theme, plot);
    apply_style(style, theme, plot);
    const bool at_curves = style.legend == LegendPlace::at_curves && can_be_labelled(plot);
    place_figure_legend(plot, theme, style.legend == LegendPlace::at_curves && !at_curves ? LegendPlace::automatic : style.legend);
    const QString title = style.title.isEmpty() ? figure.title : style.title;
    if (style.has_title && !title.isEmpty()) add_wrapped_title(plot, theme, title);
    if (at_curves) make_room_for_labels(plot, theme);
    for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) thin_labels(*axis);
    text_boxes(plot, page);
    wrap_axis_labels(plot);
    text_boxes(plot, page);
    keep_levels_within(plot);
    for (int round = 0; round < 3 && make_margins(plot, text_boxes(plot, page)); ++round) keep_levels_within(plot);
    text_boxes(plot, page);
    place_marks(plot);
    if (at_curves) add_curve_labels(plot, theme);
    const std::vector<TextBox> boxes = text_boxes(plot, page);
    made.faults = text_faults(boxes, page).size() + names_left_out(plot, boxes);
    return made;
}

}  // namespace

FigureSize size_of(const Figure& figure, const FigureStyle& style) {
    check(style);
    return {style.width_mm.value_or(figure.size.width_mm), style.height_mm.value_or(figure.size.height_mm), style.font_pt};
}

QStringList curve_names(const Figure& figure) {
    QCustomPlot plot;
    const FigureStyle style;
    plot.resize(size_in_points(FigureSize::double_column()));
    plot.setViewport(plot.rect());
    figure.draw(style, figure_theme(style, style.font_pt), plot);
    QStringList names;
    for (const QCPAbstractPlottable* curve : legend_curves(plot)) names << curve->name();
    return names;
}

std::unique_ptr<QCustomPlot> fitted_plot(const Figure& figure, const FigureStyle& style) {
    const QSize page = size_in_points(size_of(figure, style));
    Attempt best;
    for (int font = std::max(smallest_font, int(std::lround(style.font_pt))); font >= smallest_font; --font) {
        Attempt made = attempt(figure, style, page, font);
        if (made.faults < best.faults) best = std::move(made);
        if (best.faults == 0) break;
    }
    return std::move(best.plot);
}

}  // namespace clipscope
