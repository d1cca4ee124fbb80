// Extended Hamming codes: one error in a code word is corrected, two are found; three or more are decoded literally, whatever comes out
// (R. W. Hamming, 1950; the shortened codes of 32 and 64 data bits that memories have, with 7 and 8 check bits). The code words are
// consecutive pieces of 32 or 64 stored bits, whatever the format's words are; the last is filled up with zeros that are not stored.
#pragma once

#include "protection/memory/word_protection.h"

namespace clipscope {

const MemoryProtection& sec_ded_protection();

}  // namespace clipscope
