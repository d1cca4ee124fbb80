#include "plots/plot_style.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace clipscope {

namespace {

void style_axis(QCPAxis& axis, const Theme& theme) {
    const double hairline = theme.paper ? 0.75 * theme.line_width : 1;
    const QPen pen(theme.axis, hairline);
    axis.setBasePen(pen);
    axis.setTickPen(pen);
    axis.setSubTickPen(pen);
    axis.setLabelColor(theme.text);
    axis.setTickLabelColor(theme.text);
    axis.setLabelFont(theme.label_font);
    axis.setTickLabelFont(theme.number_font);
    axis.setTickLength(0, theme.paper ? 3 : 5);
    axis.setSubTickLength(0, theme.paper ? 1 : 2);
    axis.setTickLabelPadding(theme.paper ? 2 : 5);
    axis.setLabelPadding(theme.paper ? 2 : 5);
    axis.grid()->setPen(QPen(theme.grid, hairline));
    axis.grid()->setZeroLinePen(Qt::NoPen);
    axis.grid()->setSubGridVisible(false);
    axis.setNumberFormat(QStringLiteral("g"));
}

// The most columns, filled row by row, that entries of these text widths fit in.
int most_columns(const std::vector<double>& widths, double around, double available) {
    for (std::size_t columns = widths.size(); columns > 1; --columns) {
        std::vector<double> widest(columns);
        for (std::size_t i = 0; i < widths.size(); ++i) widest[i % columns] = std::max(widest[i % columns], widths[i] + around);
        if (std::accumulate(widest.begin(), widest.end(), 0.0) <= available) return int(columns);
    }
    return 1;
}

}  // namespace

void reset_plot(QCustomPlot& plot, const Theme& theme) {
    plot.setLocale(QLocale::c());  // figures have points in their numbers, whatever the desktop's language
    plot.clearItems();
    plot.clearPlottables();
    plot.setAutoAddPlottableToLegend(false);
    plot.setBackground(QBrush(theme.background));
    // Whatever an earlier picture put beside the axes goes; the axes and the legend stay.
    QCPAxisRect* axes = plot.axisRect();
    plot.legend->layout()->take(plot.legend);
    axes->layout()->take(axes);
    plot.plotLayout()->clear();
    plot.plotLayout()->addElement(0, 0, axes);
    plot.plotLayout()->setRowSpacing(theme.paper ? 2 : 4);
    plot.plotLayout()->setColumnSpacing(theme.paper ? 2 : 4);
    axes->insetLayout()->addElement(plot.legend, Qt::AlignRight | Qt::AlignTop);
    plot.legend->setVisible(false);
    plot.yAxis2->setVisible(false);
    axes->setMinimumMargins(theme.paper ? QMargins(3, 4, 6, 3) : QMargins(8, 8, 14, 6));
    for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) style_axis(*axis, theme);
}

QPen series_pen(const SeriesStyle& style, const QColor& color, double width) {
    QPen pen(color, width);
    if (!style.dashes.isEmpty()) pen.setDashPattern(style.dashes);
    pen.setCapStyle(Qt::FlatCap);
    pen.setJoinStyle(Qt::RoundJoin);
    return pen;
}

QCPScatterStyle scatter_style(const SeriesStyle& style, const QColor& color, const Theme& theme, double size) {
    static const QCPScatterStyle::ScatterShape shapes[] = {QCPScatterStyle::ssDisc,
                                                           QCPScatterStyle::ssSquare,
                                                           QCPScatterStyle::ssTriangle,
                                                           QCPScatterStyle::ssDiamond,
                                                           QCPScatterStyle::ssTriangleInverted,
                                                           QCPScatterStyle::ssPlus,
                                                           QCPScatterStyle::ssCross,
                                                           QCPScatterStyle::ssStar};
    QCPScatterStyle::ScatterShape shape = shapes[int(style.marker)];
    if (shape == QCPScatterStyle::ssDisc && !style.filled) shape = QCPScatterStyle::ssCircle;
    // The marker's pen is solid whatever the line's dashes are.
    return QCPScatterStyle(shape, QPen(color, theme.paper ? theme.line_width : 1.2),
                           style.filled ? QBrush(color) : QBrush(theme.background), size);
}

void add_title(QCustomPlot& plot, const Theme& theme, const QString& title) {
    const QMargins margins = theme.paper ? QMargins(2, 4, 2, 0) : QMargins(4, 6, 4, 0);
    // Smaller where the picture is narrower than the title, and cut short with dots where that is not enough.
    QFont font = theme.title_font;
    const int room = plot.width() - margins.left() - margins.right();
    const double width = QFontMetricsF(font).horizontalAdvance(title);
    if (room > 0 && width > room) {
        constexpr double smallest = 0.7;
        const double scale = std::max(smallest, room / width);
        if (font.pixelSize() > 0)
            font.setPixelSize(std::max(1, int(font.pixelSize() * scale)));
        else
            font.setPointSizeF(font.pointSizeF() * scale);
    }
    plot.plotLayout()->insertRow(0);
    auto* element = new QCPTextElement(&plot, room > 0 ? QFontMetricsF(font).elidedText(title, Qt::ElideRight, room) : title, font);
    element->setTextColor(theme.text);
    element->setMargins(margins);
    plot.plotLayout()->addElement(0, 0, element);
}

void place_legend(QCustomPlot& plot, const Theme& theme, const QCPAbstractPlottable* emphasised) {
    QCPLegend& legend = *plot.legend;
    if (legend.itemCount() == 0) return;
    QFont bold = theme.label_font;
    bold.setBold(true);
    const QFontMetricsF metrics(bold);
    std::vector<double> widths;
    bool has_lines = false;
    legend.setFont(theme.label_font);
    for (int i = 0; i < legend.itemCount(); ++i) {
        auto* item = qobject_cast<QCPPlottableLegendItem*>(legend.item(i));
        if (!item) continue;
        widths.push_back(metrics.horizontalAdvance(item->plottable()->name()));
        const auto* graph = qobject_cast<QCPGraph*>(item->plottable());
        has_lines = has_lines || !graph || graph->lineStyle() != QCPGraph::lsNone;
        if (item->plottable() == emphasised) item->setFont(bold);
    }
    // A marker alone needs less room than a line with its dashes.
    const int icon = int((has_lines ? 2.6 : 1.1) * metrics.height());
    const int padding = theme.paper ? 3 : 6;
    legend.setVisible(true);
    legend.setTextColor(theme.text);
    legend.setBrush(Qt::NoBrush);
    legend.setBorderPen(Qt::NoPen);
    legend.setIconSize(icon, int(std::ceil(metrics.height())));  // a row is as high: nothing hangs out of it
    // A graph draws its sample line 5 units beyond the icon and counts on clipping, which SVG does not do.
    legend.setIconTextPadding(7);
    legend.setRowSpacing(theme.paper ? 1 : 3);
    legend.setColumnSpacing(theme.paper ? 8 : 14);
    legend.layout()->take(&legend);

    const double around = icon + legend.iconTextPadding() + legend.columnSpacing();
    const double widest = *std::max_element(widths.begin(), widths.end());
    const bool aside = legend.itemCount() > 4 && plot.width() > 5 * (around + widest);
    const int columns = aside ? 1 : most_columns(widths, around, plot.width() - 5 * padding);
    legend.setMargins(aside ? QMargins(0, 3 * padding, 2 * padding, padding) : QMargins(4 * padding, padding, padding, 0));
    legend.setWrap(aside ? 0 : columns);
    legend.setFillOrder(aside ? QCPLegend::foRowsFirst : QCPLegend::foColumnsFirst, true);

    // An empty neighbour takes the room that is left, so that the entries stay together.
    auto* holder = new QCPLayoutGrid;
    holder->addElement(0, 0, &legend);
    if (aside) {
        holder->addElement(1, 0, new QCPLayoutElement(&plot));
        holder->setRowStretchFactor(0, 0.001);
    } else {
        holder->addElement(0, 1, new QCPLayoutElement(&plot));
        holder->setColumnStretchFactor(0, 0.001);
    }
    QCPLayoutGrid& grid = *plot.plotLayout();
    const int row = grid.rowCount() - 1;
    if (aside) {
        grid.addElement(row, 1, holder);
        grid.setColumnStretchFactor(1, 0.001);
    } else {
        grid.insertRow(row);
        grid.addElement(row, 0, holder);
        grid.setRowStretchFactor(row, 0.001);
    }
}

}  // namespace clipscope
