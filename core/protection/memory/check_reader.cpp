#include "protection/memory/check_reader.h"

#include <algorithm>

namespace clipscope {

void add_clean_words(std::span<const std::uint64_t> elements, const CleanWords& clean, std::vector<FaultyWord>& words) {
    std::vector<FaultyWord> added;
    auto known = words.cbegin();
    for (const std::uint64_t element : elements) {
        while (known != words.cend() && known->element < element) ++known;
        if (known != words.cend() && known->element == element) continue;
        const std::uint32_t word = clean.word(element);
        added.push_back({.element = element, .clean = word, .faulty = word});
    }
    const auto middle = std::ptrdiff_t(words.size());
    words.insert(words.end(), added.begin(), added.end());
    std::inplace_merge(words.begin(), words.begin() + middle, words.end(),
                       [](const FaultyWord& one, const FaultyWord& other) { return one.element < other.element; });
}

std::uint32_t faulty_bits_of(std::span<const FaultyCheckWord> check_words, std::uint64_t word) {
    const auto found = std::ranges::lower_bound(check_words, word, {}, &FaultyCheckWord::word);
    return found != check_words.end() && found->word == word ? found->asked : 0;
}

}  // namespace clipscope
