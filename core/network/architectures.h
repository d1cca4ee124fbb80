// The built-in architectures as TorchScript modules in training mode, parameters drawn anew (He et al., 2015). Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <cstdint>
#include <string>

#include "data/dataset.h"

namespace clipscope {

// "lenet5" (input 32×32) or "alexnet" (5 CONV + 3 FC for 32×32). Throws UsageError on another name or an input of another size.
torch::jit::Module make_architecture(const std::string& name, ImageShape input, int classes, std::uint64_t seed);

}  // namespace clipscope
