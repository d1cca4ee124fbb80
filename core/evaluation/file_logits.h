// Runs a model file's own forward(), as LibTorch and Python run it. Includes LibTorch.
#pragma once

#include <torch/script.h>

namespace clipscope {

// The first of what it puts out for these images, on the CPU.
inline at::Tensor file_logits(torch::jit::Module& module, const at::Tensor& images) {
    c10::IValue value = module.forward({images});
    while (value.isTuple() && !value.toTupleRef().elements().empty()) value = c10::IValue(value.toTupleRef().elements()[0]);
    return value.toTensor().to(at::kCPU).contiguous();
}

}  // namespace clipscope
