// Names of curves at their ends in place of a legend, spread so that none covers another, each tied to its curve by a hair line. The
// accuracy without faults, which stands there otherwise, becomes one of them.
#pragma once

#include <qcustomplot.h>

#include "theme/theme.h"

namespace clipscope {

// Whether every curve of the legend ends somewhere: lines do, single points do, clouds of points do not.
bool can_be_labelled(const QCustomPlot& plot);

// Before the axes are laid out: makes room on the right.
void make_room_for_labels(QCustomPlot& plot, const Theme& theme);
// After that.
void add_curve_labels(QCustomPlot& plot, const Theme& theme);

}  // namespace clipscope
