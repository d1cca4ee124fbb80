// The signs of a parameter's stored values, a bit each: what a flip of an exponent bit does depends on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace clipscope {

class SignBits {
public:
    explicit SignBits(std::size_t elements);

    void set_negative(std::size_t element) { words_[element / 64] |= std::uint64_t(1) << element % 64; }
    void finish();  // after the last set_negative(), before all else

    bool is_negative(std::size_t element) const { return (words_[element / 64] >> element % 64 & 1) != 0; }
    std::int64_t count(bool negative) const { return negative ? negatives_ : std::int64_t(elements_) - negatives_; }
    // The element of that sign which has so many of them before it; place < count(negative).
    std::size_t find(bool negative, std::int64_t place) const;

private:
    std::int64_t of_sign(std::size_t word, bool negative) const;

    std::size_t elements_;
    std::vector<std::uint64_t> words_;
    std::vector<std::int64_t> negatives_before_;  // each block of words
    std::int64_t negatives_ = 0;
};

}  // namespace clipscope
