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

// Which output channel each element of a tensor belongs to, by row-major index: `inner` elements of one channel lie side by side,
// `per_group` channels follow each other, and after `group` elements those of the next group of channels begin.
struct ChannelLayout {
    std::size_t channels = 1;
    std::size_t inner = 1;
    std::size_t per_group = 1;
    std::size_t group = 1;

    // Channels along this dimension of a tensor; `groups`: of a convolution, whose first dimension they divide and whose channels lie along
    // another.
    static ChannelLayout along(std::span<const std::int64_t> shape, std::size_t dimension, std::size_t groups = 1);

    std::size_t channel_of(std::size_t element) const { return element / group * per_group + element / inner % per_group; }
};

class ParameterCodec {
public:
    // float32: the value's own bits.
    ParameterCodec() = default;

    // For a tensor whose first dimension has so many channels. int8 takes its scales from the values: the largest magnitude of the tensor,
    // or of each channel, over 127.
    ParameterCodec(const NumberFormat& format, std::span<const float> values, std::size_t channels);
    // Likewise where the channels lie as `layout` says.
    ParameterCodec(const NumberFormat& format, std::span<const float> values, const ChannelLayout& layout);

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
    float scale(std::size_t element) const;
    std::int64_t zero_point(std::size_t element) const;

    NumberFormat format_;
    std::vector<float> scales_;              // of int8 and of a file's integers: one, or one for each channel
    std::vector<std::int64_t> zero_points_;  // of a file's integers, as many; none: 0
    ChannelLayout layout_;                   // of both
    bool is_unsigned_ = false;
};

}  // namespace clipscope
