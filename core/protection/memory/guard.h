// A bit that is the same in all of a parameter's clean words is forced to that value on reading: in float32 the top exponent bit wherever
// all magnitudes are below 2. Stores nothing.
#pragma once

#include "protection/memory/word_protection.h"

namespace clipscope {

const MemoryProtection& guard_protection();

}  // namespace clipscope
