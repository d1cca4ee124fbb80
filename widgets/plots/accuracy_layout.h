// Which series of an accuracy view get boxes, how strongly they are drawn and how far they step aside for one another. Shared by drawing
// and by hit testing, so that what is under the pointer is what is seen.
#pragma once

#include <vector>

#include "plots/accuracy_view.h"

namespace clipscope {

struct SeriesLayout {
    bool boxes = false;
    bool strong = false;  // the emphasised one
    bool pale = false;    // another one is emphasised
    double offset = 0;    // sideways, in axis units; 0 for series without boxes
};

struct AccuracyLayout {
    std::vector<SeriesLayout> series;
    double box_width = 0;  // in axis units
};

AccuracyLayout layout_series(const AccuracyView& view, const RatePositions& positions);

}  // namespace clipscope
