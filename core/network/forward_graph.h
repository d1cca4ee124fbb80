// The graph of a module's forward, taken out flat and put back changed. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <memory>

namespace clipscope {

// A copy with every call in it inlined. Its first input is the module itself.
std::shared_ptr<torch::jit::Graph> inlined_forward(const torch::jit::Module& module);

// Makes `graph`, whose first input is of the module's type, what its forward does. Throws c10::Error where LibTorch finds it wrong.
void replace_forward(torch::jit::Module& module, const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace clipscope
