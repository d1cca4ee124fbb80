// What may differ between the default mode and the exact one: sums are added up in another order, so an image whose best two logits nearly
// tie can be judged differently. Everything else that differs is a defect. No LibTorch in this header.
#pragma once

#include <cstddef>
#include <span>

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

// Whether the logits with these two ranks (0: the best) nearly tie; false where one is not finite, or there are too few.
bool is_near_tie(std::span<const float> logits, std::size_t rank, std::size_t other_rank);

}  // namespace clipscope
