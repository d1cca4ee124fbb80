// One operator of an ONNX graph while it becomes LibTorch's: its inputs, attributes and outputs. Includes LibTorch.
#pragma once

#include <string>
#include <vector>

#include "network/formats/onnx/onnx_graph.h"

namespace clipscope {

using Integers = std::vector<std::int64_t>;

class OnnxNode {
public:
    OnnxNode(OnnxGraph& graph, const onnx::NodeProto& node, int depth) : graph_(graph), node_(node), depth_(depth) {}

    // Makes its outputs. Throws Error where ClipScope cannot run it.
    void import();

    OnnxGraph& graph() { return graph_; }
    const onnx::NodeProto& proto() const { return node_; }
    int opset() const { return graph_.file().opset; }
    int depth() const { return depth_; }

    std::size_t input_count() const { return std::size_t(node_.input_size()); }
    bool has(std::size_t input) const { return input < input_count() && !node_.input(int(input)).empty(); }
    OnnxValue& in(std::size_t input);
    // In LibTorch's graph; `role` names a parameter whose own name says nothing: "weight".
    torch::jit::Value* value(std::size_t input, const std::string& role = {}) { return graph_.get(in(input), role); }
    Argument optional(std::size_t input, const std::string& role);  // None where it is left out
    int rank(std::size_t input);
    const Shape& shape(std::size_t input);
    std::int64_t known_dim(std::size_t input, std::size_t dim);
    bool is_known(std::size_t input) { return in(input).is_known(); }
    bool is_integer(std::size_t input);
    at::Tensor constant(std::size_t input);          // known beforehand, whether stored or not
    Integers integers(std::size_t input);            // of such a one
    std::vector<Number> numbers(std::size_t input);  // sizes, also where a run computes them
    // A single number that is known, in a form that operations with numbers take; null where there is none of so few dimensions that the
    // result has the shape of input `other`.
    std::optional<c10::IValue> scalar(std::size_t input, std::size_t other);

    bool has_attribute(const std::string& name) const { return attribute(name) != nullptr; }
    const onnx::AttributeProto* attribute(const std::string& name) const;
    std::int64_t integer(const std::string& name, std::int64_t otherwise) const;
    double real(const std::string& name, double otherwise) const;
    std::string text(const std::string& name, const std::string& otherwise) const;
    Integers list(const std::string& name) const;

    // Of input 0, counted from the front.
    std::size_t axis(std::int64_t axis) { return axis_of(axis, rank(0)); }
    std::size_t axis_of(std::int64_t axis, int rank);
    // Must be called where an operation puts together what lies along an axis of an input, so that images would mix.
    void works_along(std::size_t input, std::size_t axis);

    torch::jit::Value* insert(const std::string& operation, const std::vector<Argument>& arguments,
                              const std::vector<Argument>& named = {}) {
        return graph_.insert(operation, arguments, named);
    }
    torch::jit::Value* insert_list(const std::string& operation, const std::vector<torch::jit::Value*>& tensors,
                                   const std::vector<Argument>& more);
    torch::jit::Value* number_list(const std::vector<Number>& numbers);

    std::size_t output_count() const;  // up to the last that has a name
    bool wants(std::size_t output) const;
    void set(torch::jit::Value* value, std::size_t output = 0);
    void set_known(const at::Tensor& constant, std::size_t output = 0);
    void set_numbers(const std::vector<Number>& numbers, bool is_scalar);
    void set_same_as(const OnnxValue& value, std::size_t output = 0);  // another name of it
    void set_shape(const Shape& shape, std::size_t output = 0) { out(output).shape = shape; }
    void set_type(int type, std::size_t output = 0) { out(output).type = type; }
    OnnxValue& out(std::size_t output) { return graph_.value_named(node_.output(int(output))); }

    // Constants of so many elements may be computed beforehand.
    void check_size(const std::vector<Number>& shape) const;

    [[noreturn]] void fail(const std::string& why) const;  // "... : WHY"

private:
    void check_broadcast();
    void finish();

    OnnxGraph& graph_;
    const onnx::NodeProto& node_;
    int depth_;
};

// Types and shapes of a node's outputs by ONNX's own rules, those of its inputs and of constants known: written into the outputs where the
// rules say anything.
void infer_outputs(OnnxNode& node);

// Follows sizes through small tensors of integers (Shape, Gather, Concat, ...). True where it made the node's output.
bool follow_sizes(OnnxNode& node);

using OnnxOperator = void (*)(OnnxNode& node);
using OnnxOperators = std::map<std::string, OnnxOperator>;

// Each group of operators adds its own.
void add_elementwise_operators(OnnxOperators& operators);
void add_layer_operators(OnnxOperators& operators);
void add_pool_operators(OnnxOperators& operators);
void add_norm_operators(OnnxOperators& operators);
void add_reduce_operators(OnnxOperators& operators);
void add_shape_operators(OnnxOperators& operators);
void add_index_operators(OnnxOperators& operators);
void add_resize_operators(OnnxOperators& operators);
void add_quantised_operators(OnnxOperators& operators);

}  // namespace clipscope
