// The number formats that the curves of one result were measured in. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "campaign/accuracy_curves.h"

namespace clipscope {

// Each once, in the order of their first curves; of a result without curves that of its memory.
std::vector<NumberFormat> formats_of(const AccuracyCurves& curves);

// "float32", "float32, int8".
std::string formats_text(const std::vector<NumberFormat>& formats);

}  // namespace clipscope
