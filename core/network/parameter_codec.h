// How the values of one parameter become stored words and back. Computing stays in float32: a value is what its word decodes to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "network/number_format.h"

namespace clipscope {

class ParameterCodec {
public:
    // float32: the value's own bits.
    ParameterCodec() = default;

    // For a tensor whose first dimension has so many channels. int8 takes its scales from the values: the largest magnitude of the tensor,
    // or of each channel, over 127.
    ParameterCodec(const NumberFormat& format, std::span<const float> values, std::size_t channels);

    const NumberFormat& format() const { return format_; }
    int bits() const { return format_.bits(); }

    // The nearest number of the format, halves to even, beyond its range the end of the range (float16: infinity). `element` is the value's
    // row-major index. NaN becomes NaN where the format has one, otherwise 0.
    std::uint32_t encode(float value, std::size_t element) const;
    // Exact, but for a fixed-point word of more than 24 significant bits, which is rounded to the nearest float32.
    float decode(std::uint32_t word, std::size_t element) const;

private:
    float scale(std::size_t element) const;

    NumberFormat format_;
    std::vector<float> scales_;  // of int8: one, or one for each channel
    std::size_t elements_per_channel_ = 1;
};

}  // namespace clipscope
