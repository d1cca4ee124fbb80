// Lays a style over a picture that draw() has filled: curves, axes, grid. What changes the value that is drawn (which boxes, which range)
// was done before (styled_views.h); what depends on the page comes after (figure_fit.h).
#pragma once

#include <qcustomplot.h>

#include <vector>

#include "figures/figure_style.h"

namespace clipscope {

// The style's fonts, sizes and colours, at this font size.
Theme figure_theme(const FigureStyle& style, double font_pt);

// What the legend names, in its order.
std::vector<QCPAbstractPlottable*> legend_curves(const QCustomPlot& plot);

// Names, order, colours, dashes, markers, bars, areas, axis labels, ticks, grid.
void apply_style(const FigureStyle& style, const Theme& theme, QCustomPlot& plot);

}  // namespace clipscope
