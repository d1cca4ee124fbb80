// Which other thresholds clip some values to the very same results: those between the largest value that is kept and the smallest that is
// not.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

namespace clipscope {

// Thresholds T with low <= T < high give the same.
struct ThresholdBracket {
    float low = 0;
    float high = std::numeric_limits<float>::infinity();

    bool contains(float threshold) const { return low <= threshold && threshold < high; }
    // Of both sets of values together.
    ThresholdBracket joined(const ThresholdBracket& other) const { return {std::max(low, other.low), std::min(high, other.high)}; }
};

inline constexpr ThresholdBracket no_threshold{1, 0};

// Of n values that a ReLU (slope 0) or a leaky ReLU of that slope is applied to, clipped at `threshold` as clipped_relu.h has it; with
// slope 1 of values that clip_magnitude() clips. NaN and infinities are clipped by every threshold. 0 <= slope <= 1, threshold >= 0 and
// finite.
ThresholdBracket find_bracket(const float* in, std::size_t n, float threshold, float slope);

}  // namespace clipscope
