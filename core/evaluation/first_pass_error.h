// Why a network could not pass its first images, in words: what LibTorch says about it is many lines long and about tensors.
#pragma once

#include <string>

#include "data/dataset.h"

namespace clipscope {

// One sentence for people: the file, what is wrong with it or with the images, what to do. `libtorch_text`: all that LibTorch said; where
// it is of no known kind, its first line is quoted. `images`: the shape of one image as it entered; `batch`: how many at once.
std::string explain_first_pass(const std::string& network_path, const std::string& libtorch_text, const ImageShape& images,
                               std::int64_t batch);

}  // namespace clipscope
