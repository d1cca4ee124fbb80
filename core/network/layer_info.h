// What is known of a network's computational layers and activation sites: plain values, no LibTorch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clipscope {

// One parameter tensor that faults may hit. Elements are counted row-major.
struct ParameterInfo {
    std::string path;                 // "features.0.weight"
    std::vector<std::int64_t> shape;  // [64, 3, 11, 11]
    std::int64_t elements = 0;
    int word_bits = 32;               // stored for each element
    std::uint32_t faulty_bits = ~0U;  // of these, the ones that may be faulty, as a mask
};

// A convolution or a linear operation that owns a weight.
struct LayerInfo {
    std::string name;                       // "CONV-1", "FC-2": kind and number in program order
    std::string path;                       // "features.0"
    std::string kind;                       // "Conv2d", "Linear"
    std::vector<std::int64_t> shape;        // of the weight
    std::vector<ParameterInfo> parameters;  // weight, then bias if there is one
    std::int64_t parameter_count = 0;       // elements in weight and bias
    std::int64_t bits = 0;                  // stored bits in weight and bias that may be faulty (32 an element in float32)
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
