// Puts thresholds on a network's activation sites. Includes LibTorch.
#pragma once

#include "clipping/clipping.h"
#include "network/layer_finder.h"
#include "network/network.h"

namespace clipscope {

// The steps to run in place of the clipped sites' own. Throws UsageError where a threshold is negative or not a number, or where its site
// lies inside a branch or a loop.
StepOverrides clip_sites(const Network& network, const Clipping& clipping);

// The clipped activation of `values` in one pass (METHOD.md, "Clipped activation"). `own_output` is the site's own activation of them, used
// where the site is neither ReLU nor leaky ReLU.
at::Tensor clip_activation(const FoundSite& site, const at::Tensor& values, float threshold, const std::function<at::Tensor()>& own_output);

}  // namespace clipscope
