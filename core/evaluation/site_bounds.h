// The bounds that protections of activations have: the smallest and the largest value of each site, channel or neuron on some images
// (method.md, "Protections"). Knows no LibTorch.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "evaluation/evaluator.h"
#include "protection/activation/site_protections.h"

namespace clipscope {

struct MeasuredSite {
    SiteBounds bounds{};        // NaN, where an image has some, is left out
    std::int64_t values = 0;    // of one image
    bool lies_by_image = true;  // false: dimension 0 is not the images (windows, say), and there is one bound for all values
};

// By index into the network's sites; nothing for those inside branches and loops and those that nothing reads. A channel is an index into
// dimension 1 of N×C×H×W and N×C, into the last dimension of N×T×C; a neuron is each of an image's values. The evaluator need not be
// prepared. Nothing at all where it was stopped, which it asks for every chunk of images.
std::optional<std::vector<std::optional<MeasuredSite>>> measure_site_bounds(const Evaluator& evaluator, Granularity granularity,
                                                                            int threads, std::stop_token stop);

}  // namespace clipscope
