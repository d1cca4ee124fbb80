// The legend of a figure of a given page: beside, above or below the axes, in a corner between them, or each name at the end of its curve.
// Names are broken into lines and set smaller until all of them have room; none is left out.
#pragma once

#include <qcustomplot.h>

#include "figures/figure_style.h"

namespace clipscope {

// Takes the legend from wherever it is and puts it there. The plot is empty but for what a view draws; its viewport is the page.
void place_figure_legend(QCustomPlot& plot, const Theme& theme, LegendPlace place);

}  // namespace clipscope
