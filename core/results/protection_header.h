// Protected activations as a C header, for programs that run the network without PyTorch: the bounds of every protected site as arrays of
// floats, its kind, granularity and shape, and each kind that occurs as an inline function. C99 and C++, self-contained.
#pragma once

#include <string>

#include "results/protection_plan.h"

namespace clipscope {

// Names begin as the model's does. Every number is written so that a compiler reads the same float32. Throws UsageError where the
// protection is of memory words alone, Error where a bound is infinite.
std::string protection_to_c_header(const ProtectionPlan& plan);

// Throws that UsageError beforehand.
void check_header_fits(const Protection& protection);

}  // namespace clipscope
