// Built with -O3, like clipped_relu.cpp, so that the loop is vectorised in every build.
#include "clipping/equivalent_thresholds.h"

#include <bit>
#include <cstdint>

namespace clipscope {

namespace {

constexpr std::int32_t bits_of_infinity = 0x7f800000;
constexpr std::int32_t all_but_sign = 0x7fffffff;

// Magnitudes are compared as whole numbers: their order is the floats' own, NaN lies above infinity, and minima and maxima vectorise.
[[gnu::always_inline]] inline ThresholdBracket bracket_loop(const float* in, std::size_t n, float threshold, float slope) {
    const auto limit = std::bit_cast<std::int32_t>(threshold + 0.0f);  // -0 becomes 0
    std::int32_t low = 0, high = bits_of_infinity;
    for (std::size_t i = 0; i < n; ++i) {
        const float x = in[i];
        const float y = x >= 0.0f ? x : slope * x;
        const std::int32_t magnitude = std::bit_cast<std::int32_t>(y) & all_but_sign;
        const std::int32_t kept = magnitude <= limit ? magnitude : 0;
        const std::int32_t dropped = magnitude <= limit ? bits_of_infinity : magnitude;
        low = kept > low ? kept : low;
        high = dropped < high ? dropped : high;
    }
    return {std::bit_cast<float>(low), std::bit_cast<float>(high)};
}

ThresholdBracket bracket_baseline(const float* in, std::size_t n, float threshold, float slope) {
    return bracket_loop(in, n, threshold, slope);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] ThresholdBracket bracket_avx2(const float* in, std::size_t n, float threshold, float slope) {
    return bracket_loop(in, n, threshold, slope);
}
#endif

}  // namespace

ThresholdBracket find_bracket(const float* in, std::size_t n, float threshold, float slope) {
#if defined(__x86_64__)
    static const bool has_avx2 = __builtin_cpu_supports("avx2");
    if (has_avx2) return bracket_avx2(in, n, threshold, slope);
#endif
    return bracket_baseline(in, n, threshold, slope);
}

}  // namespace clipscope
