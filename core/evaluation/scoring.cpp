#include "evaluation/scoring.h"

#include <algorithm>
#include <cmath>

namespace clipscope {

namespace {

// The order of PyTorch's argmax and topk: NaN above every number.
bool ranks_above(float a, float b) {
    return a > b || (std::isnan(a) && !std::isnan(b));
}
bool ranks_equal(float a, float b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

bool is_in_top5(std::span<const float> logits, std::int32_t label) {
    const float own = logits[std::size_t(label)];
    int rank = 0;
    for (std::size_t i = 0; i < logits.size(); ++i)
        rank += ranks_above(logits[i], own) || (ranks_equal(logits[i], own) && std::int32_t(i) < label);
    return rank < 5;
}

}  // namespace

std::int32_t predicted_class(std::span<const float> logits) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < logits.size(); ++i)
        if (ranks_above(logits[i], logits[best])) best = i;
    return std::int32_t(best);
}

Answer answer_of(std::span<const float> logits) {
    Answer answer{predicted_class(logits), 0};
    double sum = 0;
    for (const float logit : logits) {
        if (!std::isfinite(logit)) return answer;
        sum += std::exp(double(logit) - double(logits[std::size_t(answer.prediction)]));
    }
    answer.probability = 1 / sum;
    return answer;
}

Verdict judge(std::span<const float> logits, std::int32_t label) {
    return {.prediction = predicted_class(logits),
            .is_finite = std::all_of(logits.begin(), logits.end(), [](float logit) { return std::isfinite(logit); }),
            .is_top5 = logits.size() >= 5 && is_in_top5(logits, label)};
}

void add(const Verdict& verdict, std::int32_t label, std::int32_t clean_prediction, Outcome& outcome) {
    ++outcome.images;
    outcome.correct_argmax += verdict.prediction == label;
    outcome.top5_argmax += verdict.is_top5;
    if (verdict.is_finite) {
        outcome.correct += verdict.prediction == label;
        outcome.top5 += verdict.is_top5;
        outcome.sdc += verdict.prediction != clean_prediction;
    } else {
        ++outcome.due;
    }
}

void score_image(std::span<const float> logits, std::int32_t label, std::int32_t clean_prediction, Outcome& outcome) {
    add(judge(logits, label), label, clean_prediction, outcome);
}

}  // namespace clipscope
