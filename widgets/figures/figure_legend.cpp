#include "figures/figure_legend.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <optional>

#include "figures/styled_plot.h"
#include "figures/text_wrap.h"

namespace clipscope {
namespace {

constexpr int smallest_font = 3;  // pixels, which are points on the page
constexpr int padding = 3;
constexpr int column_gap = 8;
constexpr int icon_gap = 7;  // a graph draws its sample line 5 units beyond the icon
constexpr int row_gap = 0;
constexpr int below_letters = 2;  // QCustomPlot clips a pixel higher than it draws

// What the sample of a curve takes.
struct Icons {
    bool with_lines = true;
    double marker = 0;  // size of the largest

    QSize size(const QFontMetricsF& metrics) const {
        const double height = metrics.height();
        const int high = int(std::ceil(std::max(height, marker + 1)));
        return {int(std::max((with_lines ? 2.6 : 1.1) * height, marker + 2)), high};
    }
};

// How the names are set: how large, in how many columns, broken at which width.
struct Setting {
    QFont font;
    int columns = 1;
    QStringList names;
    QSize icon{};
    double width = 0;
    double height = 0;
};

Icons icons_of(const std::vector<QCPAbstractPlottable*>& curves) {
    Icons icons{false, 0};
    for (const QCPAbstractPlottable* curve : curves) {
        const auto* graph = qobject_cast<const QCPGraph*>(curve);
        icons.with_lines = icons.with_lines || !graph || graph->lineStyle() != QCPGraph::lsNone;
        if (graph && !graph->scatterStyle().isNone()) icons.marker = std::max(icons.marker, graph->scatterStyle().size());
    }
    return icons;
}

Setting setting_of(const QStringList& names, const QFont& font, int columns, double text_width, const Icons& icons) {
    const QFontMetricsF metrics(font);
    Setting setting{font, columns, {}, icons.size(metrics), 0, 0};
    std::vector<double> widths(std::size_t(columns), 0.0);
    double row_height = 0;
    for (qsizetype i = 0; i < names.size(); ++i) {
        setting.names << wrapped(names[i], metrics, text_width);
        const QStringList lines = setting.names.last().split(QLatin1Char('\n'));
        double& widest = widths[std::size_t(i % columns)];
        for (const QString& line : lines) widest = std::max(widest, metrics.horizontalAdvance(line) + 1);
        row_height = std::max({row_height, std::ceil(double(lines.size()) * metrics.lineSpacing()), double(setting.icon.height())});
        if (i % columns != columns - 1 && i + 1 != names.size()) continue;
        setting.height += row_height + row_gap + below_letters;
        row_height = 0;
    }
    for (const double width : widths) setting.width += width + setting.icon.width() + icon_gap + column_gap;
    setting.height += 2 * padding;
    return setting;
}

// The setting in the largest font whose height and width are within the limits; where there is none, the smallest of all.
Setting best_setting(const QStringList& names, QFont font, const QSizeF& limit, const Icons& icons) {
    std::optional<Setting> smallest;
    for (int size = font.pixelSize(); size >= smallest_font; --size) {
        font.setPixelSize(size);
        const double around = icons.size(QFontMetricsF(font)).width() + icon_gap + column_gap;
        double piece = 0;
        for (const QString& name : names) piece = std::max(piece, widest_piece(name, QFontMetricsF(font)));
        std::optional<Setting> best;
        for (int columns = int(names.size()); columns >= 1; --columns) {
            const double room = limit.width() / columns - around;
            if (columns > 1 && room < piece + 1) continue;
            const Setting setting = setting_of(names, font, columns, room, icons);
            if (setting.width <= limit.width() && (!best || setting.height < best->height)) best = setting;
            if (!smallest || setting.width * setting.height < smallest->width * smallest->height) smallest = setting;
        }
        if (best && best->height <= limit.height()) return *best;
    }
    return smallest ? *smallest : setting_of(names, font, 1, limit.width(), icons);
}

// Names in one column beside the axes, as few letters to a line as needed.
Setting best_column(const QStringList& names, QFont font, const QSizeF& limit, const Icons& icons) {
    std::optional<Setting> smallest;
    for (int size = font.pixelSize(); size >= smallest_font; --size) {
        font.setPixelSize(size);
        const double around = icons.size(QFontMetricsF(font)).width() + icon_gap + column_gap;
        const Setting setting = setting_of(names, font, 1, std::max(4.0 * size, limit.width() - around), icons);
        if (!smallest || setting.height < smallest->height) smallest = setting;
        if (setting.width <= limit.width() && setting.height <= limit.height()) return setting;
    }
    return *smallest;
}

QCPLayoutGrid* holder_of(QCPLegend& legend) {
    return qobject_cast<QCPLayoutGrid*>(legend.layout());
}

void take_legend(QCustomPlot& plot) {
    QCPLayoutGrid* holder = holder_of(*plot.legend);
    if (!plot.legend->layout()) return;
    plot.legend->layout()->take(plot.legend);
    if (!holder || holder == plot.plotLayout()) return;
    plot.plotLayout()->remove(holder);
    plot.plotLayout()->simplify();
}

// Row and column of the axes in the plot's layout.
std::pair<int, int> place_of_axes(QCustomPlot& plot) {
    QCPLayoutGrid& grid = *plot.plotLayout();
    for (int row = 0; row < grid.rowCount(); ++row)
        for (int column = 0; column < grid.columnCount(); ++column)
            if (grid.hasElement(row, column) && grid.element(row, column) == plot.axisRect()) return {row, column};
    return {0, 0};
}

void set_up(QCustomPlot& plot, const Theme& theme, const Setting& setting) {
    QCPLegend& legend = *plot.legend;
    const std::vector<QCPAbstractPlottable*> curves = legend_curves(plot);
    for (std::size_t i = 0; i < curves.size(); ++i) curves[i]->setName(setting.names[qsizetype(i)]);
    legend.setVisible(true);
    legend.setFont(setting.font);
    for (int i = 0; i < legend.itemCount(); ++i)
        if (QCPAbstractLegendItem* item = legend.item(i)) {  // a row may have gaps
            item->setFont(setting.font);
            item->setMargins(QMargins(0, 0, 0, below_letters));
        }
    legend.setTextColor(theme.text);
    legend.setBorderPen(Qt::NoPen);
    legend.setBrush(Qt::NoBrush);
    legend.setIconSize(setting.icon);
    legend.setIconTextPadding(icon_gap);
    legend.setRowSpacing(row_gap);
    legend.setColumnSpacing(column_gap);
    legend.setMargins(QMargins(padding, padding, padding, padding));
    legend.setWrap(setting.columns);
    legend.setFillOrder(QCPLegend::foColumnsFirst, true);
}

// An empty neighbour takes the room that is left, so that the entries stay together.
QCPLayoutGrid* held(QCustomPlot& plot, bool aside) {
    auto* holder = new QCPLayoutGrid;
    holder->addElement(0, 0, plot.legend);
    holder->addElement(aside ? 1 : 0, aside ? 0 : 1, new QCPLayoutElement(&plot));
    if (aside)
        holder->setRowStretchFactor(0, 0.001);
    else
        holder->setColumnStretchFactor(0, 0.001);
    return holder;
}

void put_aside(QCustomPlot& plot) {
    QCPLayoutGrid& grid = *plot.plotLayout();
    const int row = place_of_axes(plot).first, column = grid.columnCount();
    grid.addElement(row, column, held(plot, true));
    grid.setColumnStretchFactor(column, 0.001);
}

void put_in_rows(QCustomPlot& plot, bool below) {
    QCPLayoutGrid& grid = *plot.plotLayout();
    const auto [axes_row, column] = place_of_axes(plot);
    const int row = below ? axes_row + 1 : axes_row;
    grid.insertRow(row);
    grid.addElement(row, column, held(plot, false));
    grid.setRowStretchFactor(row, 0.001);
}

void put_inside(QCustomPlot& plot, const Theme& theme, LegendPlace place) {
    const bool is_left = place == LegendPlace::top_left || place == LegendPlace::bottom_left;
    const bool is_top = place == LegendPlace::top_left || place == LegendPlace::top_right;
    plot.axisRect()->insetLayout()->addElement(plot.legend,
                                               (is_left ? Qt::AlignLeft : Qt::AlignRight) | (is_top ? Qt::AlignTop : Qt::AlignBottom));
    QColor ground = theme.background;
    ground.setAlphaF(0.85F);
    plot.legend->setBrush(ground);
}

}  // namespace

void place_figure_legend(QCustomPlot& plot, const Theme& theme, LegendPlace place) {
    take_legend(plot);
    const std::vector<QCPAbstractPlottable*> curves = legend_curves(plot);
    plot.legend->setVisible(false);
    if (curves.empty() || place == LegendPlace::none || place == LegendPlace::at_curves) {
        plot.axisRect()->insetLayout()->addElement(plot.legend, Qt::AlignRight | Qt::AlignTop);
        return;
    }
    QStringList names;
    for (const QCPAbstractPlottable* curve : curves) names << curve->name();
    const Icons icons = icons_of(curves);
    const QSizeF page(plot.viewport().size());
    constexpr double most_of_width = 0.4, most_of_height = 0.4;
    const Setting column = best_column(names, theme.label_font, {most_of_width * page.width(), 0.9 * page.height()}, icons);
    if (place == LegendPlace::automatic) {
        const bool is_easy =
            column.font.pixelSize() == theme.label_font.pixelSize() && column.width < (plot.yAxis2->visible() ? 0.2 : 0.3) * page.width();
        place = curves.size() > 4 && is_easy ? LegendPlace::right : LegendPlace::above;
    }
    if (place == LegendPlace::right) {
        set_up(plot, theme, column);
        return put_aside(plot);
    }
    if (place == LegendPlace::above || place == LegendPlace::below) {
        const QSizeF limit(page.width() - 4 * padding, most_of_height * page.height());
        set_up(plot, theme, best_setting(names, theme.label_font, limit, icons));
        return put_in_rows(plot, place == LegendPlace::below);
    }
    set_up(plot, theme, best_column(names, theme.label_font, {0.5 * page.width(), 0.5 * page.height()}, icons));
    put_inside(plot, theme, place);
}

}  // namespace clipscope
