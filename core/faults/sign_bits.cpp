#include "faults/sign_bits.h"

#include <algorithm>
#include <bit>

namespace clipscope {
namespace {

constexpr std::size_t words_a_block = 256;

}  // namespace

SignBits::SignBits(std::size_t elements) : elements_(elements), words_((elements + 63) / 64, 0) {}

void SignBits::finish() {
    negatives_before_.clear();
    negatives_ = 0;
    for (std::size_t word = 0; word < words_.size(); ++word) {
        if (word % words_a_block == 0) negatives_before_.push_back(negatives_);
        negatives_ += std::popcount(words_[word]);
    }
}

std::int64_t SignBits::of_sign(std::size_t word, bool negative) const {
    if (negative) return std::popcount(words_[word]);
    return std::int64_t(std::min<std::size_t>(64, elements_ - word * 64)) - std::popcount(words_[word]);
}

std::size_t SignBits::find(bool negative, std::int64_t place) const {
    const auto before = [&](std::size_t block) {
        return negative ? negatives_before_[block] : std::int64_t(block * words_a_block * 64) - negatives_before_[block];
    };
    std::size_t low = 0, high = negatives_before_.size();  // the last block with no more than `place` before it
    while (high - low > 1) {
        const std::size_t middle = (low + high) / 2;
        (before(middle) <= place ? low : high) = middle;
    }
    std::int64_t left = place - before(low);
    std::size_t word = low * words_a_block;
    for (; of_sign(word, negative) <= left; ++word) left -= of_sign(word, negative);
    for (std::uint64_t bits = negative ? words_[word] : ~words_[word];; bits &= bits - 1)
        if (left-- == 0) return word * 64 + std::size_t(std::countr_zero(bits));
}

}  // namespace clipscope
