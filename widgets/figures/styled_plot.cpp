#include "figures/styled_plot.h"

#include <QFontDatabase>
#include <algorithm>

#include "plots/plot_style.h"

namespace clipscope {
namespace {

void set_family(QFont& font, const QStringList& families) {
    font.setFamilies(families);
}

QStringList families_of(const QString& font) {
    if (font == QLatin1String("sans") || font.isEmpty()) return {};
    if (font != QLatin1String("serif")) return {font};
    for (const char* family : {"Times New Roman", "Liberation Serif", "TeX Gyre Termes", "Nimbus Roman", "Noto Serif", "DejaVu Serif"})
        if (QFontDatabase::hasFamily(QString::fromLatin1(family))) return {QString::fromLatin1(family)};
    return {QStringLiteral("serif")};
}

void take_dark_colors(Theme& theme) {
    QPalette palette;
    palette.setColor(QPalette::Base, QColor(0x1e, 0x1e, 0x1e));
    palette.setColor(QPalette::Text, Qt::white);
    const Theme dark = Theme::screen(palette, theme.label_font);
    theme.background = dark.background;
    theme.text = dark.text;
    theme.muted = dark.muted;
    theme.grid = dark.grid;
    theme.axis = dark.axis;
    theme.accent = dark.accent;
    theme.error = dark.error;
    theme.dark = true;
}

// Bars, boxes and areas that belong to a curve: those that point to it, and those of the same place in the view.
std::vector<QCPAbstractPlottable*> companions(const QCPAbstractPlottable& curve) {
    std::vector<QCPAbstractPlottable*> found;
    QCustomPlot& plot = *curve.parentPlot();
    bool is_next = false;
    for (int i = 0; i < plot.plottableCount(); ++i) {
        QCPAbstractPlottable* other = plot.plottable(i);
        if (other == &curve) {
            is_next = true;
            continue;
        }
        const auto* bars = qobject_cast<QCPErrorBars*>(other);
        bool is_companion = bars && bars->dataPlottable() == &curve;
        const QVariant place = curve.property("series");
        for (const char* property : {"series", "area", "band"})
            is_companion = is_companion || (place.isValid() && other->property(property).isValid() && other->property(property) == place);
        // What is left of a line at the border comes right behind it.
        is_companion = is_companion || (is_next && other->property("cut").toBool());
        is_next = is_next && other->property("cut").toBool();
        if (is_companion) found.push_back(other);
    }
    return found;
}

void set_color(QPen pen, const QColor& color, const std::function<void(const QPen&)>& set) {
    if (pen.style() == Qt::NoPen) return;
    pen.setColor(color);
    set(pen);
}

void recolor(QCPAbstractPlottable& one, const QColor& color, const Theme& theme) {
    set_color(one.pen(), color, [&](const QPen& pen) { one.setPen(pen); });
    if (one.brush().style() != Qt::NoBrush) {
        QColor fill = one.brush().color().alpha() < 255 ? color : faded(color, theme, 0.2);
        if (one.brush().color().alpha() < 255) fill.setAlpha(one.brush().color().alpha());
        one.setBrush(fill);
    }
    if (auto* bars = qobject_cast<QCPErrorBars*>(&one)) set_color(bars->pen(), color, [&](const QPen& pen) { bars->setPen(pen); });
    if (auto* boxes = qobject_cast<QCPStatisticalBox*>(&one)) {
        set_color(boxes->whiskerPen(), color, [&](const QPen& pen) { boxes->setWhiskerPen(pen); });
        set_color(boxes->whiskerBarPen(), color, [&](const QPen& pen) { boxes->setWhiskerBarPen(pen); });
        set_color(boxes->medianPen(), color, [&](const QPen& pen) { boxes->setMedianPen(pen); });
    }
    if (auto* graph = qobject_cast<QCPGraph*>(&one); graph && !graph->scatterStyle().isNone()) {
        QCPScatterStyle scatter = graph->scatterStyle();
        QPen pen = scatter.pen();
        pen.setColor(color);
        const bool is_filled = scatter.brush().style() != Qt::NoBrush && scatter.brush().color() != theme.background;
        scatter.setPen(pen);
        if (is_filled) scatter.setBrush(color);
        graph->setScatterStyle(scatter);
    }
}

void apply_look(const CurveLook& look, QCPAbstractPlottable& curve, const Theme& theme) {
    std::vector<QCPAbstractPlottable*> all = companions(curve);
    all.push_back(&curve);
    if (look.color)
        for (QCPAbstractPlottable* one : all) recolor(*one, *look.color, theme);
    for (QCPAbstractPlottable* one : all) {
        auto* graph = qobject_cast<QCPGraph*>(one);
        if (!graph) continue;
        if (look.dash && graph->lineStyle() != QCPGraph::lsNone) {
            SeriesStyle style;
            style.dashes = dash_pattern(*look.dash);
            graph->setPen(series_pen(style, graph->pen().color(), graph->pen().widthF()));
        }
        if (look.marker && one == &curve && !graph->scatterStyle().isNone()) {
            SeriesStyle style;
            style.marker = *look.marker;
            graph->setScatterStyle(scatter_style(style, graph->pen().color(), theme, graph->scatterStyle().size()));
        }
    }
    if (!look.name.isEmpty() && curve.name() == look.curve) curve.setName(look.name);
}

void style_curves(const FigureStyle& style, const Theme& theme, QCustomPlot& plot) {
    const std::vector<QCPAbstractPlottable*> curves = legend_curves(plot);
    std::vector<QCPAbstractPlottable*> ordered;
    bool any_listed = false;
    std::vector<std::pair<QCPAbstractPlottable*, const CurveLook*>> looks;
    for (const CurveLook& look : style.curves)
        for (QCPAbstractPlottable* curve : curves) {
            if (!is_meant(look.curve, curve->name()) || std::ranges::find(ordered, curve) != ordered.end()) continue;
            any_listed = true;
            ordered.push_back(curve);
            looks.emplace_back(curve, &look);
        }
    if (!any_listed) return;
    for (QCPAbstractPlottable* curve : curves)
        if (std::ranges::find(ordered, curve) == ordered.end()) ordered.push_back(curve);
    std::vector<QCPAbstractPlottable*> hidden;
    for (QCPAbstractPlottable* curve : ordered) {
        const auto look = std::ranges::find(looks, curve, &std::pair<QCPAbstractPlottable*, const CurveLook*>::first);
        if (look == looks.end() ? style.only_listed : !look->second->is_shown) hidden.push_back(curve);
    }
    for (const auto& [curve, look] : looks) apply_look(*look, *curve, theme);
    plot.legend->clearItems();
    for (QCPAbstractPlottable* curve : ordered) {
        if (std::ranges::find(hidden, curve) == hidden.end()) {
            curve->addToLegend();
            continue;
        }
        for (QCPAbstractPlottable* one : companions(*curve)) one->setVisible(false);
        curve->setVisible(false);
    }
}

void style_parts(const FigureStyle& style, QCustomPlot& plot) {
    for (int i = 0; i < plot.plottableCount(); ++i) {
        QCPAbstractPlottable* one = plot.plottable(i);
        if (style.bars == false && qobject_cast<QCPErrorBars*>(one)) one->setVisible(false);
        const bool is_band = one->property("band").isValid() || one->property("random").isValid();
        if (style.band == false && is_band) one->setVisible(false);
        auto* graph = qobject_cast<QCPGraph*>(one);
        if (style.points == false && graph && graph->lineStyle() != QCPGraph::lsNone) graph->setScatterStyle(QCPScatterStyle::ssNone);
    }
}

void style_axis(const AxisStyle& style, QCPAxis& axis, bool has_grid) {
    if (!style.label.isEmpty()) axis.setLabel(style.label);
    if (style.ticks) axis.ticker()->setTickCount(*style.ticks);
    if (!has_grid) axis.grid()->setVisible(false);
}

}  // namespace

Theme figure_theme(const FigureStyle& style, double font_pt) {
    Theme theme = Theme::for_paper(font_pt);
    if (const QStringList families = families_of(style.font); !families.isEmpty()) {
        set_family(theme.label_font, families);
        set_family(theme.title_font, families);
        QFont numbers = theme.label_font;
        theme.number_font = numbers;
    }
    if (style.is_dark) take_dark_colors(theme);
    return theme;
}

std::vector<QCPAbstractPlottable*> legend_curves(const QCustomPlot& plot) {
    std::vector<QCPAbstractPlottable*> curves;
    for (int i = 0; i < plot.legend->itemCount(); ++i)
        if (auto* item = qobject_cast<QCPPlottableLegendItem*>(plot.legend->item(i))) curves.push_back(item->plottable());
    return curves;
}

void apply_style(const FigureStyle& style, const Theme& theme, QCustomPlot& plot) {
    style_curves(style, theme, plot);
    style_parts(style, plot);
    style_axis(style.x, *plot.xAxis, style.has_grid);
    style_axis(style.y, *plot.yAxis, style.has_grid);
}

}  // namespace clipscope
