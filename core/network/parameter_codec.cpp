#include "network/parameter_codec.h"

#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace clipscope {
namespace {

using Kind = NumberFormat::Kind;

constexpr float largest_int8 = 127;

// The library's conversions of finite values; NaNs keep the payload that fits, so that every stored word comes back.
std::uint32_t to_half(float value) {
    if (!std::isnan(value)) return c10::detail::fp16_ieee_from_fp32_value(value);
    const auto word = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t payload = (word >> 13) & 0x3FF;
    return ((word >> 16) & 0x8000) | 0x7C00 | (payload != 0 ? payload : 0x200);
}

float from_half(std::uint32_t word) {
    if ((word & 0x7C00) != 0x7C00) return c10::detail::fp16_ieee_to_fp32_value(std::uint16_t(word));
    return std::bit_cast<float>(((word & 0x8000) << 16) | 0x7F800000 | ((word & 0x3FF) << 13));
}

std::uint32_t to_bfloat16(float value) {
    if (!std::isnan(value)) return c10::detail::round_to_nearest_even(value);
    const std::uint32_t word = std::bit_cast<std::uint32_t>(value) >> 16;
    return (word & 0x7F) != 0 ? word : word | 0x40;
}

// Two's complement of `bits` bits.
std::uint32_t to_twos_complement(double number, int bits) {
    if (std::isnan(number)) return 0;
    const double limit = std::ldexp(1.0, bits - 1);
    const auto rounded = std::int64_t(std::clamp(std::nearbyint(number), -limit, limit - 1));
    return std::uint32_t(rounded) & std::uint32_t((std::uint64_t(1) << bits) - 1);
}

std::int64_t from_twos_complement(std::uint32_t word, int bits) {
    const std::int64_t value = word;
    return (word >> (bits - 1)) & 1 ? value - (std::int64_t(1) << bits) : value;
}

std::vector<float> int8_scales(std::span<const float> values, std::size_t channels) {
    std::vector<float> scales;
    const std::size_t channel_size = values.size() / channels;
    for (std::size_t channel = 0; channel < channels; ++channel) {
        float largest = 0;
        for (const float value : values.subspan(channel * channel_size, channel_size))
            if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
        const float scale = largest / largest_int8;
        scales.push_back(scale > 0 ? scale : 1);
    }
    return scales;
}

}  // namespace

ParameterCodec::ParameterCodec(const NumberFormat& format, std::span<const float> values, std::size_t channels) : format_(format) {
    if (!format.is_integer() || values.empty()) return;
    const std::size_t scale_count = format.kind == Kind::int8_per_channel ? channels : 1;
    scales_ = int8_scales(values, scale_count);
    elements_per_channel_ = values.size() / scale_count;
}

ParameterCodec::ParameterCodec(const ScaledIntegers& integers)
    : format_(integers.bits == 8 ? NumberFormat{Kind::int8} : NumberFormat{Kind::fixed, integers.bits - 1, 0}),
      scales_(integers.scales),
      zero_points_(integers.zero_points),
      elements_per_channel_(integers.elements_per_scale),
      is_unsigned_(integers.is_unsigned) {
    for (float& scale : scales_)
        if (!(std::abs(scale) > 0 && std::isfinite(scale))) scale = 1;
}

ParameterCodec ParameterCodec::transposed(std::int64_t columns) const {
    ParameterCodec result = *this;
    // Scales along columns are scales along rows then, and the other way round.
    if (scales_.size() > 1) result.elements_per_channel_ = elements_per_channel_ == 1 ? std::size_t(columns) : 1;
    return result;
}

std::size_t ParameterCodec::channel(std::size_t element) const {
    return element / elements_per_channel_ % scales_.size();
}

float ParameterCodec::scale(std::size_t element) const {
    return scales_.empty() ? 1 : scales_[channel(element)];
}

std::int64_t ParameterCodec::zero_point(std::size_t element) const {
    return zero_points_.empty() ? 0 : zero_points_[channel(element)];
}

std::uint32_t ParameterCodec::encode(float value, std::size_t element) const {
    switch (format_.kind) {
        case Kind::float32:
            return std::bit_cast<std::uint32_t>(value);
        case Kind::float16:
            return to_half(value);
        case Kind::bfloat16:
            return to_bfloat16(value);
        case Kind::int8:
        case Kind::int8_per_channel:
        case Kind::fixed:
            break;
    }
    if (scales_.empty()) return to_twos_complement(std::ldexp(double(value), format_.fraction_bits), bits());
    return to_scaled(double(value / scale(element)), zero_point(element));
}

// Rounded before the zero point is added, as quantisers do.
std::uint32_t ParameterCodec::to_scaled(double steps, std::int64_t zero) const {
    if (!is_unsigned_) return to_twos_complement(std::nearbyint(steps) + double(zero), bits());
    if (std::isnan(steps)) return std::uint32_t(zero);
    return std::uint32_t(std::clamp(std::nearbyint(steps) + double(zero), 0.0, 255.0));
}

float ParameterCodec::decode(std::uint32_t word, std::size_t element) const {
    switch (format_.kind) {
        case Kind::float32:
            return std::bit_cast<float>(word);
        case Kind::float16:
            return from_half(word);
        case Kind::bfloat16:
            return std::bit_cast<float>(word << 16);
        case Kind::int8:
        case Kind::int8_per_channel:
        case Kind::fixed:
            break;
    }
    const std::int64_t integer = is_unsigned_ ? std::int64_t(word) : from_twos_complement(word, bits());
    if (!scales_.empty()) return float(integer - zero_point(element)) * scale(element);
    return float(std::ldexp(double(integer), -format_.fraction_bits));
}

}  // namespace clipscope
