// Types and shapes by the rules that come with ONNX's operators, applied node by node, so that sizes which the importer follows itself
// (follow_sizes) are known to them.

#include <algorithm>
#include <charconv>
#include <deque>

#include "network/formats/onnx/onnx_node.h"
#include "network/formats/onnx/onnx_tensor.h"

namespace clipscope {

namespace {

constexpr std::string_view batch_name = "batch*";   // with the count for each image behind it
constexpr std::int64_t max_inferred_values = 1024;  // of a constant that sizes can depend on

void write(const Number& number, onnx::TensorShapeProto::Dimension& dim) {
    if (number.is_known() && number.count >= 0)
        dim.set_dim_value(number.count);
    else if (number.is_batch())
        dim.set_dim_param(std::string(batch_name) + std::to_string(number.count));
}

Number read(const onnx::TensorShapeProto::Dimension& dim) {
    if (dim.has_dim_value()) return Number::of(dim.dim_value());
    const std::string_view name = dim.dim_param();
    std::int64_t count = 0;
    if (name.starts_with(batch_name) &&
        std::from_chars(name.data() + batch_name.size(), name.data() + name.size(), count).ec == std::errc())
        return Number::images(count);
    return {};
}

class Context : public onnx::InferenceContext {
public:
    explicit Context(OnnxNode& node) : node_(node), outputs_(node.output_count()) {
        for (std::size_t i = 0; i < node.input_count(); ++i) add_input(i);
    }

    const onnx::AttributeProto* getAttribute(const std::string& name) const override { return node_.attribute(name); }
    std::size_t getNumInputs() const override { return inputs_.size(); }
    const onnx::TypeProto* getInputType(std::size_t index) const override {
        return index < inputs_.size() && inputs_[index].has_tensor_type() ? &inputs_[index] : nullptr;
    }
    const onnx::TensorProto* getInputData(std::size_t index) const override {
        return index < data_.size() && data_[index].has_data_type() ? &data_[index] : nullptr;
    }
    std::size_t getNumOutputs() const override { return outputs_.size(); }
    onnx::TypeProto* getOutputType(std::size_t index) override { return &outputs_.at(index); }
    onnx::GraphInferencer* getGraphAttributeInferencer(const std::string&) override { return nullptr; }
    const onnx::SparseTensorProto* getInputSparseData(std::size_t) const override { return nullptr; }
    const onnx::TensorShapeProto* getSymbolicInput(std::size_t) const override { return nullptr; }

    void write_outputs() {
        for (std::size_t i = 0; i < outputs_.size(); ++i) {
            if (node_.proto().output(int(i)).empty() || !outputs_[i].has_tensor_type()) continue;
            const auto& type = outputs_[i].tensor_type();
            if (type.elem_type() != 0) node_.set_type(type.elem_type(), i);
            if (!type.has_shape()) continue;
            Shape shape;
            for (const auto& dim : type.shape().dim()) shape.push_back(read(dim));
            node_.set_shape(shape, i);
        }
    }

private:
    void add_input(std::size_t index) {
        inputs_.emplace_back();
        data_.emplace_back();
        if (!node_.has(index)) return;
        const OnnxValue& value = node_.in(index);
        auto* type = inputs_.back().mutable_tensor_type();
        type->set_elem_type(value.type);
        if (value.shape) {
            type->mutable_shape();
            for (const Number& dim : *value.shape) write(dim, *type->mutable_shape()->add_dim());
        }
        if (!value.constant.defined() || value.constant.numel() > max_inferred_values) return;
        if (at::isIntegralType(value.constant.scalar_type(), true)) {
            data_.back() = to_proto(value.constant);
        } else if (value.type == onnx::TensorProto::FLOAT) {  // factors of Resize
            data_.back().set_data_type(onnx::TensorProto::FLOAT);
            for (const std::int64_t dim : value.constant.sizes()) data_.back().add_dims(dim);
            const at::Tensor flat = value.constant.contiguous();
            for (std::int64_t i = 0; i < flat.numel(); ++i) data_.back().add_float_data(flat.data_ptr<float>()[i]);
        }
    }

    OnnxNode& node_;
    std::deque<onnx::TypeProto> inputs_;
    std::deque<onnx::TensorProto> data_;
    std::deque<onnx::TypeProto> outputs_;
};

}  // namespace

void infer_outputs(OnnxNode& node) {
    // Until a rule or the operator itself says otherwise.
    if (node.has(0)) node.set_type(node.in(0).type, 0);
    const onnx::OpSchema* schema = onnx::OpSchemaRegistry::Schema(node.proto().op_type(), node.opset(), node.proto().domain());
    if (!schema && node.has(0) && node.in(0).shape) node.set_shape(*node.in(0).shape);  // newer activations and norms
    if (!schema || schema->Deprecated() || node.proto().op_type() == "If") return;
    // What newer versions of an operator add is for the importer alone.
    if (int(node.input_count()) > schema->max_input() || int(node.output_count()) > schema->max_output()) return;
    if (node.opset() > 17 && (node.has_attribute("num_outputs") || node.has_attribute("axes") || node.has_attribute("antialias"))) return;
    try {
        Context context(node);
        schema->GetTypeAndShapeInferenceFunction()(context);
        context.write_outputs();
    } catch (const std::exception& error) {
        // In a batch of any size what the file says of one size may not fit together.
        if (node.graph().any_batch()) throw NeedsFixedBatch();
        std::string text = error.what();
        node.fail("its sizes do not fit (" + text.substr(0, std::min<std::size_t>(text.find('\n'), 100)) + ")");
    }
}

}  // namespace clipscope
