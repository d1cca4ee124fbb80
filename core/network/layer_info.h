// What is known of a network's computational layers, activation sites and other parts of its memory: plain values, no LibTorch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "network/fault_pattern.h"

namespace clipscope {

// One parameter tensor that faults may hit. Elements are counted row-major.
struct ParameterInfo {
    std::string path;                   // "features.0.weight"
    std::vector<std::int64_t> shape{};  // [64, 3, 11, 11]
    std::int64_t elements = 0;
    int word_bits = 32;               // stored for each element
    std::uint32_t faulty_bits = ~0U;  // of these, the ones that may be faulty, as a mask
    bool is_bias = false;             // of a computational layer
    FaultPattern pattern{};           // which bits become faulty together
};

// What a part of the memory belongs to.
enum class MemoryPart {
    layer,       // what multiplies values of the images by stored ones (convolution, product, recurrent cell, ...): a computational layer
    batch_norm,  // weight and bias, running mean and variance of a batch norm
    threshold,   // the clipping threshold of an activation site, stored where the site is clipped
    norm,        // weight and bias of another norm: layer, group, instance
    activation,  // the parameters of an activation, as of a PReLU
    other        // a tensor that the network reads in any other way: position embeddings, class tokens, layer scales
};

// Behind the name of a layer or an activation site: the values that it puts out, "ACT-1.out".
constexpr std::string_view output_suffix = ".out";

// A computational layer, or another part of the memory that faults may hit.
struct LayerInfo {
    std::string name;                       // "CONV-1", "FC-2", "BN-3": kind and number in program order; of a threshold its site's
    std::string path;                       // "features.0"
    std::string kind;                       // "Conv2d", "Linear", "BatchNorm", "Threshold"
    std::vector<std::int64_t> shape;        // of the weight
    std::vector<ParameterInfo> parameters;  // weight (with all that it is computed from), then bias if there is one; of a batch norm then
                                            // the running mean and variance
    std::int64_t parameter_count = 0;       // elements in them all
    std::int64_t bits = 0;                  // stored bits in them where a fault can begin (32 an element in float32)
    MemoryPart part = MemoryPart::layer;
    bool is_stored = true;  // false for the threshold of a site that the file itself does not clip
};

// A stored tensor that faults in the computational layers do not reach.
struct UnreachedTensor {
    std::string path;
    std::int64_t elements = 0;
    std::string why;    // "batch norm", "not read by the network"
    std::string scope;  // that reaches it; empty: none does
};

// How much of the memory the computational layers are (method.md, "Coverage"). Every tensor counts once, whoever shares it.
struct Coverage {
    std::int64_t stored_values = 0;  // floating-point values of the file's parameters and buffers
    std::int64_t reached_by_network = 0;
    std::vector<UnreachedTensor> not_reached;
};

// One activation operation in the forward program.
struct SiteInfo {
    std::string name;                 // "ACT-1", in program order
    std::string path;                 // of the module that owns it, empty where there is none
    std::string kind;                 // "relu", "leaky_relu", ...
    std::vector<std::string> fed_by;  // names of the layers whose output reaches it without passing another site
    std::optional<float> threshold;   // where the file itself clips here (a hardened network)
    bool can_be_clipped = true;       // false inside a branch or a loop
};

}  // namespace clipscope
