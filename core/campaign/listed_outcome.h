// What one trial of a list of faults comes to.
#pragma once

#include <cstdint>
#include <optional>

#include "evaluation/outcome.h"

namespace clipscope {

// How the images came out under one listed trial; the first three counts of them add up to all.
struct ListedOutcome {
    std::int64_t faults = 0;        // bits
    std::int64_t unchanged = 0;     // every logit is the clean one, bit for bit
    std::int64_t same_answer = 0;   // logits differ, the answer does not
    std::int64_t other_answer = 0;  // the greatest logit is another one; a NaN counts as the greatest
    Outcome outcome;                // right answers; `due`: images with a non-finite logit
    // Of a single fault: the stored number without it and with it.
    std::optional<float> before{}, after{};
};

}  // namespace clipscope
