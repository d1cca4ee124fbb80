// Gives a QCustomPlot a theme and places its title and legend; shared by all views.
#pragma once

#include <qcustomplot.h>

#include "theme/theme.h"

namespace clipscope {

// An empty plot in the theme's colours and fonts: no plottables, no items, axis rectangle alone.
void reset_plot(QCustomPlot& plot, const Theme& theme);

QPen series_pen(const SeriesStyle& style, const QColor& color, double width);
QCPScatterStyle scatter_style(const SeriesStyle& style, const QColor& color, const Theme& theme, double size);

void add_title(QCustomPlot& plot, const Theme& theme, const QString& title);

// Puts the legend, once filled, outside the data: in a column on the right if it is long and the plot wide, otherwise in rows on top.
// The entry of the emphasised plottable, if any, is bold.
void place_legend(QCustomPlot& plot, const Theme& theme, const QCPAbstractPlottable* emphasised = nullptr);

}  // namespace clipscope
