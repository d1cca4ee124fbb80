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

constexpr int smallest_font = 3;  // where a page is very full

QSize page_of(const QCustomPlot& plot) {
    return plot.viewport().size();
}

// What the plot has, legend and colour scale beside the axes, becomes the first row of a plot with one column.
void nest(QCustomPlot& plot) {
    QCPLayoutGrid& outer = *plot.plotLayout();
    auto* inner = new QCPLayoutGrid;
    inner->setRowSpacing(outer.rowSpacing());
    inner->setColumnSpacing(outer.columnSpacing());
    const QList<double> rows = outer.rowStretchFactors(), columns = outer.columnStretchFactors();
    for (int row = 0; row < outer.rowCount(); ++row)
        for (int column = 0; column < outer.columnCount(); ++column) {
            if (!outer.hasElement(row, column)) continue;
            QCPLayoutElement* element = outer.element(row, column);
            outer.take(element);
            inner->addElement(row, column, element);
        }
    for (int row = 0; row < inner->rowCount(); ++row) inner->setRowStretchFactor(row, rows[row]);
    for (int column = 0; column < inner->columnCount(); ++column) inner->setColumnStretchFactor(column, columns[column]);
    outer.clear();
    outer.addElement(0, 0, inner);
}

void add_wrapped_title(QCustomPlot& plot, const Theme& theme, const QString& title) {
    const int margin = 2;
    const QString lines = wrapped(title, QFontMetricsF(theme.title_font), plot.viewport().width() - 4 * margin);
    nest(plot);
    plot.plotLayout()->insertRow(0);
    auto* element = new QCPTextElement(&plot, lines, theme.title_font);
    element->setTextColor(theme.text);
    element->setMargins(QMargins(margin, 2 * margin, margin, 0));
    plot.plotLayout()->addElement(0, 0, element);
}

// Gives every part its place, without painting anything.
void lay_out(QCustomPlot& plot) {
    for (const auto phase : {QCPLayoutElement::upPreparation, QCPLayoutElement::upMargins, QCPLayoutElement::upLayout})
        plot.plotLayout()->update(phase);
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

// Where rows are low, their names become small, and the rest of the figure does not.
void shrink_row_names(QCustomPlot& plot) {
    QCPAxis& axis = *plot.yAxis;
    const auto ticker = axis.ticker().dynamicCast<QCPAxisTickerText>();
    if (!ticker || ticker->ticks().size() < 2) return;
    const QList<double> rows = ticker->ticks().keys();
    double least = plot.axisRect()->height();
    for (qsizetype i = 1; i < rows.size(); ++i)
        least = std::min(least, std::abs(axis.coordToPixel(rows[i]) - axis.coordToPixel(rows[i - 1])));
    constexpr double of_capitals = 0.78;
    QFont font = axis.tickLabelFont();
    font.setPixelSize(std::clamp(int(least / of_capitals), smallest_font, font.pixelSize()));
    axis.setTickLabelFont(font);
}

// Labels of levels stand beside the axes, not above or below them, and not on one another.
void keep_levels_within(QCustomPlot& plot) {
    const auto ticker = plot.yAxis2->ticker().dynamicCast<QCPAxisTickerText>();
    if (!plot.yAxis2->visible() || !ticker) return;
    const double line = QFontMetricsF(plot.yAxis2->tickLabelFont()).lineSpacing();
    constexpr double widest = 0.17;  // of the page
    const QFontMetricsF metrics(plot.yAxis2->tickLabelFont());
    std::vector<double> centres, heights;
    QStringList texts;
    const QMap<double, QString> levels = ticker->ticks();
    for (auto level = levels.cend(); level != levels.cbegin();) {
        --level;  // from the top
        // No word is broken, and no unit parted from its number.
        QString words = level.value();
        words.replace(QStringLiteral(" %"), QStringLiteral("\u00a0%"));
        double width = widest * plot.viewport().width();
        for (const QString& word : words.split(QLatin1Char(' '))) width = std::max(width, metrics.horizontalAdvance(word) + 1);
        texts << wrapped(words, metrics, width);
        centres.push_back(plot.yAxis->coordToPixel(level.key()));
        heights.push_back(double(texts.last().count(QLatin1Char('\n')) + 1) * line);
    }
    const QRect axes = plot.axisRect()->rect();
    const std::vector<double> tops = TrisectionItem::spread(centres, heights, 1, axes.top(), axes.bottom());
    QMap<double, QString> moved;
    for (qsizetype i = 0; i < texts.size(); ++i)
        moved.insert(plot.yAxis->pixelToCoord(tops[std::size_t(i)] + 0.5 * heights[std::size_t(i)]), texts[i]);
    ticker->setTicks(moved);
}

struct Missing {
    double left = 0;
    double top = 0;
    double right = 0;
    double bottom = 0;
};

// Returns whether there was anything to do.
bool widen_margins(QCustomPlot& plot, const Missing& missing) {
    QCPAxisRect& axes = *plot.axisRect();
    // The margins may be larger than their minimum already.
    const QMargins now = axes.margins(), least = axes.minimumMargins();
    const auto wider = [](double more, int is, int at_least) { return more > 0 ? is + int(std::ceil(more)) : at_least; };
    axes.setMinimumMargins({wider(missing.left, now.left(), least.left()), wider(missing.top, now.top(), least.top()),
                            wider(missing.right, now.right(), least.right()), wider(missing.bottom, now.bottom(), least.bottom())});
    return axes.minimumMargins() != least;
}

// What hangs over the border of the page moves in with the axes. Returns whether there was anything to do.
bool make_margins(QCustomPlot& plot, const std::vector<TextBox>& boxes) {
    const QSize page = page_of(plot);
    Missing missing;
    for (const TextBox& box : boxes) {
        missing.left = std::max(missing.left, -box.ink.left());
        missing.right = std::max(missing.right, box.ink.right() - page.width());
        missing.top = std::max(missing.top, -box.ink.top());
        missing.bottom = std::max(missing.bottom, box.ink.bottom() - page.height());
    }
    return widen_margins(plot, missing);
}

// QCustomPlot does not draw a tick label that would hang over the border of the page: the axes make room for them. Returns whether there
// was anything to do.
bool make_room_for_end_labels(QCustomPlot& plot) {
    const QSize page = page_of(plot);
    double left = 0, right = 0, top = 0, bottom = 0;
    for (const QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
        const QFontMetricsF metrics(axis->tickLabelFont());
        QVector<double> ticks;
        QVector<QString> labels;
        axis->ticker()->generate(axis->range(), QLocale::c(), QLatin1Char('g'), axis->numberPrecision(), ticks, nullptr, &labels);
        for (qsizetype i = 0; i < std::min(ticks.size(), labels.size()); ++i) {
            if (labels[i].isEmpty() || !axis->range().contains(ticks[i])) continue;
            const double at = axis->coordToPixel(ticks[i]);
            if (axis->orientation() == Qt::Horizontal) {
                const double half = 0.5 * metrics.horizontalAdvance(labels[i]) + 1;
                left = std::max(left, half - at);
                right = std::max(right, at + half - page.width());
            } else {
                const double half = 0.5 * metrics.height() + 1;
                top = std::max(top, half - at);
                bottom = std::max(bottom, at + half - page.height());
            }
        }
    }
    return widen_margins(plot, {left, top, right, bottom});
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

// Where names leave no room for the picture itself.
bool is_cramped(const QCustomPlot& plot) {
    constexpr double least_width = 0.35, least_height = 0.25;
    const QSize axes = plot.axisRect()->rect().size(), page = plot.viewport().size();
    return axes.width() < least_width * page.width() || axes.height() < least_height * page.height();
}

struct Attempt {
    std::unique_ptr<QCustomPlot> plot;
    std::size_t faults = std::numeric_limits<std::size_t>::max();
    std::size_t left_out = 0;  // names of points that found no place
};

// `names_px`: of names between the axes.
Attempt attempt(const Figure& figure, const FigureStyle& style, const QSize& page, int font_px, int names_px) {
    Attempt made{std::make_unique<QCustomPlot>()};
    QCustomPlot& plot = *made.plot;
    plot.resize(page);
    plot.setViewport(QRect(QPoint(), page));
    const Theme theme = figure_theme(style, font_px);
    Theme of_names = theme;
    of_names.label_font.setPixelSize(names_px);
    figure.draw(style, of_names, plot);
    for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) axis->setLabelFont(theme.label_font);
    apply_style(style, theme, plot);
    const bool at_curves = style.legend == LegendPlace::at_curves && can_be_labelled(plot);
    place_figure_legend(plot, theme, style.legend == LegendPlace::at_curves && !at_curves ? LegendPlace::automatic : style.legend);
    const QString title = style.title.isEmpty() ? figure.title : style.title;
    if (style.has_title && !title.isEmpty()) add_wrapped_title(plot, theme, title);
    if (at_curves) make_room_for_labels(plot, theme);
    for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) thin_labels(*axis);
    lay_out(plot);
    wrap_axis_labels(plot);
    lay_out(plot);
    shrink_row_names(plot);
    keep_levels_within(plot);
    for (int round = 0; round < 2 && make_room_for_end_labels(plot); ++round) lay_out(plot);
    for (int round = 0; round < 3 && make_margins(plot, text_boxes(plot, page)); ++round) keep_levels_within(plot);
    lay_out(plot);
    place_marks(plot);
    if (at_curves) add_curve_labels(plot, theme);
    const std::vector<TextBox> boxes = text_boxes(plot, page);
    made.left_out = names_left_out(plot, boxes);
    made.faults = text_faults(boxes, page).size() + made.left_out + is_cramped(plot);
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
    for (int font = std::max(smallest_font, int(std::lround(style.font_pt))); font >= smallest_font && best.faults > 0; --font)
        for (int names = font; names >= smallest_font && best.faults > 0; --names) {
            Attempt made = attempt(figure, style, page, font, names);
            const bool is_for_names = made.left_out > 0;
            if (made.faults < best.faults) best = std::move(made);
            if (!is_for_names) break;
        }
    return std::move(best.plot);
}

}  // namespace clipscope
