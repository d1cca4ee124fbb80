// Finds a program's computational layers, activation sites and batch norms, and which layers feed which site (method.md, "Words").
// Includes LibTorch.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "network/layer_info.h"
#include "network/parameter_codec.h"
#include "network/program.h"

namespace clipscope {

// Where a part of the memory stands in the program: the top-level step that holds it.
struct FoundPart {
    LayerInfo info;
    std::size_t first_step = 0;           // the first step that reads one of its parameters
    std::vector<std::size_t> tensors;     // indices into Program::tensors(), as info.parameters; none for a threshold
    std::vector<ChannelLayout> channels;  // of those tensors, the layer's output channels
    std::optional<std::size_t> site;      // whose threshold it is
};

struct FoundSite {
    SiteInfo info;
    std::size_t step = 0;  // the step that computes its output
    Slot input_slot = 0;   // what the activation is applied to
    Slot output_slot = 0;
    float slope = 0;            // of a leaky ReLU
    bool is_top_level = true;   // false inside a branch or a loop, where no threshold can be set
    bool clips_output = false;  // the step only clips input_slot, which is what the activation before it put out (a hardened network)
};

struct FoundStructure {
    std::vector<FoundPart> parts;  // computational layers, batch norms, a threshold for each site that can be clipped, then all else
    std::size_t layer_count = 0;   // of the first
    std::vector<FoundSite> sites;
};

FoundStructure find_layers_and_sites(const Program& program);

// Throws UsageError where the site lies inside a branch or a loop: what is put in its place would not run.
void check_top_level(const FoundSite& site);

// Whether all that the site's activation puts out is 0 or more, or NaN.
bool is_never_negative(const SiteInfo& site);

}  // namespace clipscope
