// What may differ between the default mode and the exact one: sums are added up in another order, so an image whose best two logits nearly
// tie can be judged differently. Everything else that differs is a defect. No LibTorch in this header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "evaluation/outcome.h"

namespace clipscope {

// Two logits are nearly equal where they differ by at most this share of the image's logit of the greatest magnitude.
inline constexpr float near_tie_tolerance = 1e-4F;

enum class Agreement {
    same,      // the same prediction, and logits finite in both or in neither
    near_tie,  // another prediction, whose logit nearly equals the best one in the exact run
    different
};

// Of one image's logits in both modes.
Agreement compare_logits(std::span<const float> exact, std::span<const float> fast);

// How far apart two modes' counts are, where only the counts of one are known.
struct CountsApart {
    std::int64_t images = 0;
    bool is_explained = true;  // no more images than nearly tie in the exact mode
};

// All images in the exact mode, in one trial and without faults (which SDC is counted against); logits one image after the other.
struct ExactRun {
    Outcome outcome;
    std::vector<float> logits;
    std::vector<float> clean_logits;
    std::size_t classes = 0;
    // Asked only where modes differ: by image, whether rounding decides what comes out (rounding.h).
    std::function<std::vector<bool>()> decided_by_rounding{};
};

CountsApart counts_apart(const ExactRun& exact, const Outcome& fast);

}  // namespace clipscope
