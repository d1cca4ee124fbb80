#include "evaluation/near_ties.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "evaluation/scoring.h"

namespace clipscope {

namespace {

bool all_finite(std::span<const float> logits) {
    return std::all_of(logits.begin(), logits.end(), [](float logit) { return std::isfinite(logit); });
}

// In double, where a difference of two float32 is finite.
bool nearly_equal(double a, double b, std::span<const float> logits) {
    double scale = 0;
    for (const float logit : logits) scale = std::max(scale, std::abs(double(logit)));
    return std::abs(a - b) <= double(near_tie_tolerance) * scale;
}

}  // namespace

Agreement compare_logits(std::span<const float> exact, std::span<const float> fast) {
    if (all_finite(exact) != all_finite(fast)) return Agreement::different;
    const auto expected = std::size_t(predicted_class(exact)), found = std::size_t(predicted_class(fast));
    if (expected == found) return Agreement::same;
    if (!all_finite(exact)) return Agreement::different;
    return nearly_equal(exact[expected], exact[found], exact) ? Agreement::near_tie : Agreement::different;
}

bool is_near_tie(std::span<const float> logits, std::size_t rank, std::size_t other_rank) {
    if (std::max(rank, other_rank) >= logits.size() || !all_finite(logits)) return false;
    std::vector<float> sorted(logits.begin(), logits.end());
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    return nearly_equal(sorted[rank], sorted[other_rank], logits);
}

}  // namespace clipscope
