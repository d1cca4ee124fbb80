// How the values of one parameter become stored words and back. Computing stays in float32: a value is what its word decodes to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "network/number_format.h"

namespace clipscope {

// Integers as a quantised network's own file stores them: a value is (integer - zero point) * scale.
struct ScaledIntegers {
    int bits = 8;  // or 32
    bool is_unsigned = false;
    std::vector<float> scales;              // one, or one for each channel
    std::vector<std::int64_t> zero_points;  // as many
    std::size_t elements_per_scale = 1;     // that lie side by side; after the last channel comes the first again
};

class ParameterCodec {
public:
    // float32: the value's own bits.
    ParameterCodec() = default;

    // For a tensor whose first dimension has so many channels. int8 takes its scales from the values: the largest magnitude of the tensor,
    // or of each channel, over 127.
    ParameterCodec(const NumberFormat& format, std::span<const float> values, std::size_t channels);

    // For what a file stores so. The format is int8, also of unsigned ones (the uppermost bit is called their sign all the same), or fixed
    // point of 32 bits.
    explicit ParameterCodec(const ScaledIntegers& integers);

    // Of the same words in a matrix whose rows have become columns, of which it now has so many.
    ParameterCodec transposed(std::int64_t columns) const;

    const NumberFormat& format() const { return format_; }
    int bits() const { return format_.bits(); }

    // The nearest number of the format, halves to even, beyond its range the end of the range (float16: infinity). `element` is the value's
    // row-major index. NaN becomes NaN where the format has one, otherwise 0.
    std::uint32_t encode(float value, std::size_t element) const;
    // Exact, but for a fixed-point word of more than 24 significant bits, which is rounded to the nearest float32.
    float decode(std::uint32_t word, std::size_t element) const;

private:
    std::uint32_t to_scaled(double steps, std::int64_t zero) const;
    std::size_t channel(std::size_t element) const;
    float scale(std::size_t element) const;
    std::int64_t zero_point(std::size_t element) const;

    NumberFormat format_;
    std::vector<float> scales_;  // of int8 and of a file's integers: one, or one for each channel
    std::vector<std::int64_t> zero_points_;  // of a file's integers; none: 0
    std::size_t elements_per_channel_ = 1;
    bool is_unsigned_ = false;
};

}  // namespace clipscope
