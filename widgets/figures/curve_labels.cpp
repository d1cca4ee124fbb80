#include "figures/curve_labels.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <optional>

#include "figures/styled_plot.h"
#include "figures/text_wrap.h"
#include "plots/trisection_item.h"

namespace clipscope {
namespace {

constexpr double gap = 3;          // between the axes and a label
constexpr double least_gap = 0.5;  // between two labels

struct EndLabel {
    QString text;
    QColor color;
    double x = 0;  // pixels
    double y = 0;
};

std::optional<QPointF> end_of(const QCPGraph& graph) {
    for (int i = graph.dataCount() - 1; i >= 0; --i)
        if (std::isfinite(graph.dataMainValue(i))) return QPointF(graph.dataMainKey(i), graph.dataMainValue(i));
    return std::nullopt;
}

QString one_line(const QString& text) {
    return QString(text).replace(QLatin1Char('\n'), QLatin1Char(' '));
}

QStringList texts_beside(const QCustomPlot& plot) {
    QStringList texts;
    for (const QCPAbstractPlottable* curve : legend_curves(plot)) texts << one_line(curve->name());
    const auto levels = plot.yAxis2->ticker().dynamicCast<QCPAxisTickerText>();
    if (plot.yAxis2->visible() && levels)
        for (const QString& text : levels->ticks()) texts << one_line(text);
    return texts;
}

std::vector<EndLabel> labels_of(QCustomPlot& plot, const Theme& theme) {
    std::vector<EndLabel> labels;
    for (QCPAbstractPlottable* curve : legend_curves(plot)) {
        auto* graph = qobject_cast<QCPGraph*>(curve);
        const std::optional<QPointF> end = graph ? end_of(*graph) : std::nullopt;
        if (!end) continue;
        labels.push_back(
            {one_line(curve->name()), graph->pen().color(), plot.xAxis->coordToPixel(end->x()), plot.yAxis->coordToPixel(end->y())});
    }
    const auto levels = plot.yAxis2->ticker().dynamicCast<QCPAxisTickerText>();
    if (plot.property("levels").toBool() && levels)
        for (auto level = levels->ticks().cbegin(); level != levels->ticks().cend(); ++level)
            labels.push_back(
                {one_line(level.value()), theme.muted, double(plot.axisRect()->right()), plot.yAxis->coordToPixel(level.key())});
    std::ranges::stable_sort(labels, {}, &EndLabel::y);
    return labels;
}

// As wide as the longest, but no more than this part of the page: longer ones are broken.
double label_width(const QCustomPlot& plot, const QFont& font) {
    constexpr double most = 0.4;
    const QFontMetricsF metrics(font);
    double widest = 0;
    for (const QString& text : texts_beside(plot)) widest = std::max(widest, metrics.horizontalAdvance(text));
    return std::min(widest + 1, most * plot.viewport().width());
}

void add_label(QCustomPlot& plot, const Theme& theme, const EndLabel& label, const QPointF& place, const QFont& font) {
    auto* text = new QCPItemText(&plot);
    text->setObjectName(QStringLiteral("curve-label"));
    text->setClipToAxisRect(false);
    text->setFont(font);
    text->setColor(label.color);
    text->setText(label.text);
    text->setTextAlignment(Qt::AlignLeft);
    text->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
    text->position->setType(QCPItemPosition::ptAbsolute);
    text->position->setCoords(place);
    text->setSelectable(false);
    auto* line = new QCPItemLine(&plot);
    line->setClipToAxisRect(false);
    line->start->setType(QCPItemPosition::ptAbsolute);
    line->end->setType(QCPItemPosition::ptAbsolute);
    line->start->setCoords(label.x, label.y);
    line->end->setCoords(place.x() - 0.5, place.y() + 0.5 * QFontMetricsF(font).height());
    line->setPen(QPen(faded(label.color, theme, 0.6), 0.6 * theme.line_width));
    line->setSelectable(false);
}

}  // namespace

bool can_be_labelled(const QCustomPlot& plot) {
    const std::vector<QCPAbstractPlottable*> curves = legend_curves(plot);
    return !curves.empty() && std::ranges::all_of(curves, [](const QCPAbstractPlottable* curve) {
        const auto* graph = qobject_cast<const QCPGraph*>(curve);
        return graph && (graph->lineStyle() != QCPGraph::lsNone || graph->dataCount() <= 1);
    });
}

void make_room_for_labels(QCustomPlot& plot, const Theme& theme) {
    const double width = label_width(plot, theme.label_font);
    plot.setProperty("labels", width);
    plot.setProperty("levels", plot.yAxis2->visible());
    plot.yAxis2->setVisible(false);
    QMargins margins = plot.axisRect()->minimumMargins();
    margins.setRight(margins.right() + int(std::ceil(width + 4 * gap)));
    plot.axisRect()->setMinimumMargins(margins);
}

void add_curve_labels(QCustomPlot& plot, const Theme& theme) {
    const QFont& font = theme.label_font;
    const QFontMetricsF metrics(font);
    std::vector<EndLabel> labels = labels_of(plot, theme);
    std::vector<double> centres, heights;
    for (EndLabel& label : labels) {
        label.text = wrapped(label.text, metrics, plot.property("labels").toDouble());
        centres.push_back(label.y);
        heights.push_back(double(label.text.count(QLatin1Char('\n')) + 1) * metrics.lineSpacing());
    }
    const std::vector<double> tops = TrisectionItem::spread(centres, heights, least_gap, 1, plot.viewport().height() - 1);
    const double x = plot.axisRect()->right() + 3 * gap;
    for (std::size_t i = 0; i < labels.size(); ++i) add_label(plot, theme, labels[i], {x, tops[i]}, font);
}

}  // namespace clipscope
