// The images that thresholds are found on: never among those that results are reported on (method.md, "Words").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/job_inputs.h"
#include "campaign/tuning_result.h"
#include "data/image_file.h"
#include "data/image_selection.h"

namespace clipscope {

// Which ones are wanted. Evaluation images and tuning images come from the same folder.
struct TuningImages {
    std::string folder;
    PictureSize picture_size{};  // of pictures in a folder
    std::optional<Split> split;  // none: where the evaluation images are not from, if the folder offers it
    ImageSelection selection{200, false};
    std::uint64_t seed = 1;
    Split evaluation_split = Split::test;
    std::vector<std::size_t> evaluation_positions;  // in that split, ascending
};

struct TuningInputs {
    JobInputs inputs;  // the evaluation's network on the tuning images; the data are named as the data set says
    TrainedOn trained_on = TrainedOn::no;
};

// Reads the folder, unless they come from the evaluation's own data set. Throws Error, also where no image is left for tuning.
TuningInputs open_tuning_images(const JobInputs& evaluation, const TuningImages& wanted);

}  // namespace clipscope
