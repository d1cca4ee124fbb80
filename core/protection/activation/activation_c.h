// What each kind of activation protection computes (activation_definitions.h), as C.
#pragma once

#include <string>

#include "protection/activation/activation_kinds.h"

namespace clipscope {

// "static inline float NAME(float y, float low, float high) { ... }", of y, which a site's own activation puts out, and the bounds that the
// kind has: low and high, high alone, or none. In C99 and C++; needs no header; NaN and infinities as ClipScope has them, where the
// compiler keeps to IEEE 754 (no -ffast-math). The sign of a 0 may differ.
std::string activation_in_c(const ActivationKind& kind, const std::string& name);

}  // namespace clipscope
