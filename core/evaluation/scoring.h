// Judges the logits of one image (method.md, "What a trial yields").
#pragma once

#include <cstdint>
#include <span>

#include "evaluation/outcome.h"

namespace clipscope {

// Index of the greatest logit; of equal ones the lowest; a NaN beats every number, as in PyTorch's argmax.
std::int32_t predicted_class(std::span<const float> logits);

// What the counts need to know of one image's logits.
struct Verdict {
    std::int32_t prediction = 0;
    bool is_finite = true;  // all logits
    bool is_top5 = false;   // the label is among the five greatest

    friend bool operator==(const Verdict&, const Verdict&) = default;
};

Verdict judge(std::span<const float> logits, std::int32_t label);

struct Answer {
    std::int32_t prediction = 0;  // the class with the greatest logit
    double probability = 0;       // its softmax; 0 where a logit is not finite
};

Answer answer_of(std::span<const float> logits);

// Adds one image to the counts. `clean_prediction` is the clean network's, for the SDC count.
void add(const Verdict& verdict, std::int32_t label, std::int32_t clean_prediction, Outcome& outcome);

// Both in one. `clean_prediction` is the clean network's, for the SDC count.
void score_image(std::span<const float> logits, std::int32_t label, std::int32_t clean_prediction, Outcome& outcome);

}  // namespace clipscope
