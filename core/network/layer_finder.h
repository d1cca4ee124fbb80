// Finds a program's computational layers and activation sites, and which layers feed which site (METHOD.md, "Words"). Includes LibTorch.
#pragma once

#include <cstddef>
#include <vector>

#include "network/layer_info.h"
#include "network/program.h"

namespace clipscope {

// Where a layer or a site stands in the program: the top-level step that holds it.
struct FoundLayer {
    LayerInfo info;
    std::size_t first_step = 0;        // the first step that reads one of its parameters
    std::vector<std::size_t> tensors;  // indices into Program::tensors(), as info.parameters
};

struct FoundSite {
    SiteInfo info;
    std::size_t step = 0;       // the step that computes its output
    Slot input_slot = 0;        // what the activation is applied to
    Slot output_slot = 0;
    float slope = 0;            // of a leaky ReLU
    bool is_top_level = true;   // false inside a branch or a loop, where no threshold can be set
};

struct FoundStructure {
    std::vector<FoundLayer> layers;
    std::vector<FoundSite> sites;
};

FoundStructure find_layers_and_sites(const Program& program);

}  // namespace clipscope
