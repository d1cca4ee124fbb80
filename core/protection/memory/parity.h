// One parity bit a word: a word that does not fit its own is read as 0.
#pragma once

#include "protection/memory/word_protection.h"

namespace clipscope {

const MemoryProtection& parity_protection();

}  // namespace clipscope
