// What each kind of activation protection computes. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include "protection/activation/activation_kinds.h"

namespace clipscope {

// Of what a site's own activation puts out. `low` and `high`: the smallest and the largest value of a profile, or what a search found,
// shaped so that they fit the output; not read by kinds without bounds. Every value is computed for itself, by operations that are exact:
// results do not depend on which values run together.
using ActivationFunction = at::Tensor (*)(const at::Tensor& output, const at::Tensor& low, const at::Tensor& high);

ActivationFunction function_of(const ActivationKind& kind);

}  // namespace clipscope
