// New operators for an ONNX graph, whose names nothing in it has yet. No LibTorch.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "network/formats/onnx/onnx_library.h"

namespace clipscope {

class OnnxNodes {
public:
    // What a graph names already; those of branches in it apart.
    void take_names(const onnx::GraphProto& graph);
    // `wanted`, or the same with a number behind it; given once.
    std::string free_name(const std::string& wanted);

    // One operator of one output.
    onnx::NodeProto node(const std::string& operation, const std::vector<std::string>& inputs, const std::string& output);
    // Operators that put out a constant: float32 numbers of such sizes (row-major; no sizes: a scalar), or 0 of any element type.
    onnx::NodeProto constant(const std::string& output, std::span<const float> numbers, const std::vector<std::int64_t>& sizes);
    onnx::NodeProto zero(const std::string& output, int element_type);
    onnx::NodeProto cast(const std::string& input, const std::string& output, int element_type);

private:
    std::unordered_set<std::string> names_;  // of tensors and operators
};

// Operators that compute something, as they come into being, each before those that read it. Tensors go by their names: of float32, and
// of truth values where ONNX says so.
class OnnxExpression {
public:
    // `site`: names of new tensors begin as it does.
    OnnxExpression(OnnxNodes& nodes, int opset, std::string site) : nodes_(nodes), opset_(opset), site_(std::move(site)) {}

    int opset() const { return opset_; }
    std::string apply(const std::string& operation, const std::vector<std::string>& inputs);
    std::string number(float value) { return constant("number", {&value, 1}, {}); }
    // `role`: "high". Sizes as above.
    std::string constant(const std::string& role, std::span<const float> numbers, const std::vector<std::int64_t>& sizes);
    std::string cast(const std::string& input, int element_type);

    // The operators, the last of which puts out `result` under the name `output`. Once.
    std::vector<onnx::NodeProto> take(const std::string& result, const std::string& output);

private:
    std::string tensor(const std::string& role) { return nodes_.free_name(site_ + "/" + role); }

    OnnxNodes& nodes_;
    int opset_;
    std::string site_;
    std::vector<onnx::NodeProto> made_;
};

}  // namespace clipscope
