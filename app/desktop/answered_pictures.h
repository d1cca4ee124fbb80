// A few images with what a faulty network takes them for. Pure.
#pragma once

#include <string>
#include <vector>

#include "controls/image_grid.h"
#include "evaluation/fault_effects.h"

namespace clipscope {

struct AnsweredPictures {
    std::vector<GridImage> pictures;  // with an arrow where the answer is another one than without faults
    int others = 0;                   // so many of these
};

AnsweredPictures answered(std::vector<GridImage> pictures, const FaultEffects& effects, const std::vector<std::string>& classes);

// "3 of 12 answers are others."
QString others_text(int others, std::size_t images);

}  // namespace clipscope
