// The operations that own stored values, and in which of their inputs: computational layers and norms (method.md, "Coverage").
#pragma once

#include <string_view>
#include <vector>

namespace clipscope {

struct LayerOperation {
    std::string_view name;     // "aten::conv2d"
    std::string_view label;    // "CONV", "FC", "RNN", "EMB", "ATT"
    std::string_view kind;     // "Linear"; empty: of a convolution, whose weight tells
    std::vector<int> weights;  // places among its inputs, lists included
    std::vector<int> biases;
    bool is_product = false;  // any one of the weights may be the stored operand, the others come from the images
};

// Null where it is none.
const LayerOperation* find_layer_operation(std::string_view name);

struct NormOperation {
    std::string_view name;
    std::string_view label;  // "BN", "LN", "GN", "IN"
    std::string_view kind;   // "BatchNorm"
    std::vector<int> tensors;
};

const NormOperation* find_norm_operation(std::string_view name);

}  // namespace clipscope
