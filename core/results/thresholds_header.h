// Thresholds as a C header, for programs that run the network without PyTorch: one array of floats, an enumeration of the sites and the
// clipped activation as an inline function. C99 and C++, self-contained.
#pragma once

#include <string>

#include "campaign/thresholds_file.h"
#include "campaign/tuning_result.h"

namespace clipscope {

// `origin`: what is known of where the thresholds came from: the model's name, its sites, the search; comments say it, and names begin as
// the model's does. Every number is written so that a compiler reads the same float32. Throws Error where there is none for clipping.
std::string thresholds_to_c_header(const ThresholdsFile& thresholds, const TuningResult& origin);

// What a file of this path holds: a C header (common/c_text.h) where the path ends in .h, JSON elsewhere. Throws as above.
std::string thresholds_text(const std::string& path, const ThresholdsFile& thresholds, const TuningResult& origin);

}  // namespace clipscope
