// Which series of an accuracy view get boxes, how strongly they are drawn and how far boxes step aside for one another. Shared by drawing
// and by hit testing, so that what is under the pointer is what is seen. Means, lines and intervals never step aside: they lie at their
// rate.
#pragma once

#include <vector>

#include "plots/accuracy_view.h"

namespace clipscope {

struct SeriesLayout {
    bool boxes = false;
    bool strong = false;  // the emphasised one
    bool pale = false;    // another one is emphasised
    double offset = 0;    // of the boxes, sideways, in axis units; 0 for series without boxes
};

struct AccuracyLayout {
    std::vector<SeriesLayout> series;
    double box_width = 0;    // in axis units
    double group_width = 0;  // of all boxes of one rate, which lies in its middle
};

AccuracyLayout layout_series(const AccuracyView& view, const RatePositions& positions);

}  // namespace clipscope
