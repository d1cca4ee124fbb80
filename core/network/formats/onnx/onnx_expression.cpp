#include "network/formats/onnx/onnx_expression.h"

#include <algorithm>
#include <utility>

#include "common/text_list.h"

namespace clipscope {

void OnnxNodes::take_names(const onnx::GraphProto& graph) {
    for (const onnx::TensorProto& tensor : graph.initializer()) names_.insert(tensor.name());
    for (const onnx::ValueInfoProto& input : graph.input()) names_.insert(input.name());
    for (const onnx::ValueInfoProto& value : graph.value_info()) names_.insert(value.name());
    for (const onnx::NodeProto& node : graph.node()) {
        names_.insert(node.name());
        names_.insert(node.output().begin(), node.output().end());
    }
}

std::string OnnxNodes::free_name(const std::string& wanted) {
    std::string name = wanted;
    for (int number = 2; !names_.insert(name).second; ++number) name = wanted + "_" + std::to_string(number);
    return name;
}

onnx::NodeProto OnnxNodes::node(const std::string& operation, const std::vector<std::string>& inputs, const std::string& output) {
    onnx::NodeProto node;
    node.set_op_type(operation);
    node.set_name(free_name(output + "/" + operation));
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    return node;
}

namespace {

onnx::TensorProto& value_of(onnx::NodeProto& constant, int element_type) {
    onnx::AttributeProto& attribute = *constant.add_attribute();
    attribute.set_name("value");
    attribute.set_type(onnx::AttributeProto::TENSOR);
    onnx::TensorProto& tensor = *attribute.mutable_t();
    tensor.set_name(constant.output(0));
    tensor.set_data_type(element_type);
    return tensor;
}

}  // namespace

onnx::NodeProto OnnxNodes::constant(const std::string& output, std::span<const float> numbers, const std::vector<std::int64_t>& sizes) {
    onnx::NodeProto made = node("Constant", {}, output);
    onnx::TensorProto& tensor = value_of(made, onnx::TensorProto::FLOAT);
    for (const std::int64_t size : sizes) tensor.add_dims(size);
    tensor.mutable_float_data()->Add(numbers.begin(), numbers.end());
    return made;
}

onnx::NodeProto OnnxNodes::zero(const std::string& output, int element_type) {
    if (element_type == onnx::TensorProto::FLOAT) {
        const float number = 0;
        return constant(output, {&number, 1}, {});
    }
    onnx::NodeProto made = node("Constant", {}, output);
    value_of(made, element_type).add_int32_data(0);  // as ONNX holds half precision
    return made;
}

onnx::NodeProto OnnxNodes::cast(const std::string& input, const std::string& output, int element_type) {
    onnx::NodeProto made = node("Cast", {input}, output);
    onnx::AttributeProto& to = *made.add_attribute();
    to.set_name("to");
    to.set_type(onnx::AttributeProto::INT);
    to.set_i(element_type);
    return made;
}

std::string OnnxExpression::apply(const std::string& operation, const std::vector<std::string>& inputs) {
    const std::string output = tensor(lower_case(operation));
    made_.push_back(nodes_.node(operation, inputs, output));
    return output;
}

std::string OnnxExpression::constant(const std::string& role, std::span<const float> numbers, const std::vector<std::int64_t>& sizes) {
    const std::string output = tensor(role);
    made_.push_back(nodes_.constant(output, numbers, sizes));
    return output;
}

std::string OnnxExpression::cast(const std::string& input, int element_type) {
    const std::string output = tensor("cast");
    made_.push_back(nodes_.cast(input, output, element_type));
    return output;
}

std::vector<onnx::NodeProto> OnnxExpression::take(const std::string& result, const std::string& output) {
    if (made_.empty() || made_.back().output(0) != result) apply("Identity", {result});
    made_.back().set_output(0, output);
    return std::move(made_);
}

}  // namespace clipscope
