// What the importer knows of a value of an ONNX graph while it makes LibTorch's. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "network/parameter_codec.h"

namespace clipscope {

// A dimension of a tensor, or an element of a small tensor of integers that says how large others are.
struct Number {
    enum class Kind {
        known,    // count
        batch,    // count for each image
        computed  // while the network runs; by `value`, null for a dimension that nobody asked for yet
    };
    Kind kind = Kind::computed;
    std::int64_t count = 0;
    torch::jit::Value* value = nullptr;

    static Number of(std::int64_t count) { return {Kind::known, count, nullptr}; }
    static Number images(std::int64_t count) { return {Kind::batch, count, nullptr}; }
    bool is_known() const { return kind == Kind::known; }
    bool is_batch() const { return kind == Kind::batch; }
};

using Shape = std::vector<Number>;

// A tensor of an ONNX graph.
struct OnnxValue {
    std::string name;
    int type = 0;  // ONNX's number of its element type
    std::optional<Shape> shape;
    torch::jit::Value* value = nullptr;          // in LibTorch's graph, once it was needed there
    torch::jit::Value* transposed = nullptr;     // of a stored matrix: the same, columns first
    at::Tensor constant;                         // where it is known beforehand
    bool is_stored = false;                      // a constant that is the network's memory: a parameter
    std::optional<ParameterCodec> codec;         // of a stored one whose words are no float32 numbers
    std::optional<std::vector<Number>> numbers;  // the elements of a vector or a scalar of sizes, where some are known

    bool is_known() const { return constant.defined() && !is_stored; }
};

}  // namespace clipscope
