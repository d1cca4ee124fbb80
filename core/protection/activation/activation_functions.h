// What each kind of activation protection computes (activation_definitions.h), on tensors. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <functional>

#include "protection/activation/activation_kinds.h"

namespace clipscope {

// Of what a site's own activation puts out, and of bounds that fit it, not read by kinds without bounds. Every value is computed for
// itself, by operations that are exact: results do not depend on which values run together.
using ActivationFunction = std::function<at::Tensor(const at::Tensor& output, const at::Tensor& low, const at::Tensor& high)>;

ActivationFunction function_of(const ActivationKind& kind);

}  // namespace clipscope
