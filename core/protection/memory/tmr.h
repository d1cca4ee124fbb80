// Triple modular redundancy of chosen bits: each is stored two more times, and what most say is read.
#pragma once

#include "protection/memory/word_protection.h"

namespace clipscope {

const MemoryProtection& tmr_protection();

}  // namespace clipscope
