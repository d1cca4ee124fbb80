// Networks as torch.jit.freeze leaves them: their weights are constants of the code, and no parameter has a name any more. Includes
// LibTorch.
#pragma once

#include <torch/script.h>

namespace clipscope {

// Where a layer of forward() has a constant for its weight, the constants become parameters again, of modules named after the layers in
// program order: "conv_1.weight", "conv_1.bias", "bn_1.running_mean", "fc_1.weight"; other floating-point ones of two dimensions or more
// "constant_1.value". What several layers share is one parameter. Any other module stays as it is. The module's operations must have been
// judged.
void name_frozen_parameters(torch::jit::Module& module);

}  // namespace clipscope
