#include "network/parameter_codec.h"

#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

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

std::vector<float> int8_scales(std::span<const float> values, const ChannelLayout& layout) {
    std::vector<float> largest(layout.channels, 0);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (float& of_channel = largest[layout.channel_of(i)]; std::isfinite(values[i]))
            of_channel = std::max(of_channel, std::abs(values[i]));
    std::vector<float> scales;
    for (const float of_channel : largest) {
        const float scale = of_channel / largest_int8;
        scales.push_back(scale > 0 ? scale : 1);
    }
    return scales;
}

ChannelLayout first_dimension(std::size_t elements, std::size_t channels) {
    return {channels, std::max<std::size_t>(elements / channels, 1), channels, std::max<std::size_t>(elements, 1)};
}

}  // namespace

ChannelLayout ChannelLayout::along(std::span<const std::int64_t> shape, std::size_t dimension, std::size_t groups) {
    std::size_t elements = 1, inner = 1;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        elements *= std::size_t(shape[i]);
        if (i > dimension) inner *= std::size_t(shape[i]);
    }
    if (elements == 0 || dimension >= shape.size()) return {};
    const auto channels = std::size_t(shape[dimension]);
    return {channels * groups, inner, channels, elements / groups};
}

ParameterCodec::ParameterCodec(const NumberFormat& format, std::span<const float> values, std::size_t channels)
    : ParameterCodec(format, values, first_dimension(values.size(), channels)) {}

ParameterCodec::ParameterCodec(const NumberFormat& format, std::span<const float> values, const ChannelLayout& layout) : format_(format) {
    if (!format.is_integer() || values.empty()) return;
    layout_ = format.kind == Kind::int8_per_channel ? layout : first_dimension(values.size(), 1);
    scales_ = int8_scales(values, layout_);
}

ParameterCodec::ParameterCodec(const ScaledIntegers& integers)
    : format_(integers.bits == 8 ? NumberFormat{Kind::int8} : NumberFormat{Kind::fixed, integers.bits - 1, 0}),
      scales_(integers.scales),
      zero_points_(integers.zero_points),
      layout_{integers.scales.size(), integers.elements_per_scale, integers.scales.size(), std::numeric_limits<std::size_t>::max()},
      is_unsigned_(integers.is_unsigned) {
    for (float& scale : scales_)
        if (!(std::abs(scale) > 0 && std::isfinite(scale))) scale = 1;
}

ParameterCodec ParameterCodec::transposed(std::int64_t columns) const {
    ParameterCodec result = *this;
    // Scales along columns are scales along rows then, and the other way round.
    if (scales_.size() > 1) result.layout_.inner = layout_.inner == 1 ? std::size_t(columns) : 1;
    return result;
}

float ParameterCodec::scale(std::size_t element) const {
    return scales_.empty() ? 1 : scales_[layout_.channel_of(element)];
}

std::int64_t ParameterCodec::zero_point(std::size_t element) const {
    return zero_points_.empty() ? 0 : zero_points_[layout_.channel_of(element)];
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
