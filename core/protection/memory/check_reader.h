// What protections with check words share.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "protection/memory/word_protection.h"

namespace clipscope {

// Adds the words of these elements (ascending) that are not among `words` yet, without faulty bits; `words` stay ascending.
void add_clean_words(std::span<const std::uint64_t> elements, const CleanWords& clean, std::vector<FaultyWord>& words);

// The faulty bits of this check word, as a mask.
std::uint32_t faulty_bits_of(std::span<const FaultyCheckWord> check_words, std::uint64_t word);

}  // namespace clipscope
