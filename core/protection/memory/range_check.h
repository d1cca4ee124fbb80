// A number larger in magnitude than the parameter's largest clean one, or NaN, is read as 0. Stores nothing beyond one bound.
#pragma once

#include "protection/memory/word_protection.h"

namespace clipscope {

const MemoryProtection& range_check_protection();

}  // namespace clipscope
