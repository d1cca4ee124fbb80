// Labels between the axes (of thresholds, levels, counts) moved to the nearest place where they cover no other text.
#pragma once

class QCustomPlot;

namespace clipscope {

// After the axes were laid out for the plot's viewport, which is the page. Those without any free place stay where they are.
void place_marks(QCustomPlot& plot);

}  // namespace clipscope
