// Judges the logits of one image (METHOD.md, "What a trial yields").
#pragma once

#include <cstdint>
#include <span>

#include "evaluation/outcome.h"

namespace clipscope {

// Index of the greatest logit; of equal ones the lowest; a NaN beats every number, as in PyTorch's argmax.
std::int32_t predicted_class(std::span<const float> logits);

// Adds one image to the counts. `clean_prediction` is the clean network's, for the SDC count.
void score_image(std::span<const float> logits, std::int32_t label, std::int32_t clean_prediction, Outcome& outcome);

}  // namespace clipscope
