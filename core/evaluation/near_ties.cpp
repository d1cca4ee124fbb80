#include "evaluation/near_ties.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
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

// Whether the logits with these two ranks (0: the best) nearly tie.
bool is_near_tie(std::span<const float> logits, std::size_t rank, std::size_t other_rank) {
    if (std::max(rank, other_rank) >= logits.size() || !all_finite(logits)) return false;
    std::vector<float> sorted(logits.begin(), logits.end());
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    return nearly_equal(sorted[rank], sorted[other_rank], logits);
}

}  // namespace

Agreement compare_logits(std::span<const float> exact, std::span<const float> fast) {
    if (all_finite(exact) != all_finite(fast)) return Agreement::different;
    const auto expected = std::size_t(predicted_class(exact)), found = std::size_t(predicted_class(fast));
    if (expected == found) return Agreement::same;
    if (!all_finite(exact)) return Agreement::different;
    return nearly_equal(exact[expected], exact[found], exact) ? Agreement::near_tie : Agreement::different;
}

CountsApart counts_apart(const ExactRun& exact, const Outcome& fast) {
    const auto count_ties = [&](const std::vector<float>& logits, std::size_t rank) {
        int ties = 0;
        for (std::size_t first = 0; first < logits.size(); first += exact.classes)
            ties += is_near_tie(std::span(logits).subspan(first, exact.classes), rank, rank + 1);
        return ties;
    };
    const Outcome& expected = exact.outcome;
    const int ties = count_ties(exact.logits, 0), ties_of_top5 = count_ties(exact.logits, 4);
    const int top1 = std::max(std::abs(expected.correct - fast.correct), std::abs(expected.correct_argmax - fast.correct_argmax));
    const int top5 = std::max(std::abs(expected.top5 - fast.top5), std::abs(expected.top5_argmax - fast.top5_argmax));
    const int sdc = std::abs(expected.sdc - fast.sdc), due = std::abs(expected.due - fast.due);
    const bool is_explained = top1 <= ties && top5 <= ties_of_top5 && sdc <= ties + count_ties(exact.clean_logits, 0) && due == 0;
    return {std::max({top1, top5, sdc, due}), is_explained};
}

}  // namespace clipscope
