// A function of what an activation site puts out, as a graph that a file's forward() can take in. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <memory>
#include <vector>

namespace clipscope {

struct SiteFunction {
    std::shared_ptr<torch::jit::Graph> graph;  // of the output, then the constants, in standard operations; one result
    std::vector<at::Tensor> constants;
};

}  // namespace clipscope
