// What one trial yields (method.md, "What a trial yields"): counts of images, plain values.
#pragma once

#include <cstdint>

namespace clipscope {

// How an image with a non-finite logit counts.
enum class NonfiniteRule {
    wrong,   // as a wrong answer (default)
    argmax,  // by plain argmax, as PyTorch scripts have it; a NaN logit wins
};

// Both rules are recorded; `correct` and `top5` follow NonfiniteRule::wrong.
struct Outcome {
    std::int32_t images = 0;
    std::int32_t correct = 0;
    std::int32_t correct_argmax = 0;
    std::int32_t top5 = 0;  // 0 where the network has fewer than 5 classes
    std::int32_t top5_argmax = 0;
    std::int32_t due = 0;  // images with a non-finite logit
    std::int32_t sdc = 0;  // other images whose prediction differs from the clean network's

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

// What a trial yields on some of the images alone (method.md, "Estimates"): a sample of those that a clean network answers rightly, and one
// of the others. The shares of the two groups among all images are known, so each sample stands for its own; what the clean network makes
// of the very same images is there as well, so that without faults there is no noise.
struct SampledOutcome {
    Outcome right;
    Outcome others;
    Outcome clean_right;
    Outcome clean_others;

    friend bool operator==(const SampledOutcome&, const SampledOutcome&) = default;
};

}  // namespace clipscope
