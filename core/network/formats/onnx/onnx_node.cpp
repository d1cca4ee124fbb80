#include "network/formats/onnx/onnx_node.h"

#include <algorithm>

#include "common/error.h"
#include "network/formats/onnx/onnx_tensor.h"
#include "network/libtorch_internals.h"

namespace clipscope {

namespace {

using torch::jit::Value;

constexpr std::int64_t max_constant_elements = std::int64_t(1) << 25;

const OnnxOperators& all_operators() {
    static const OnnxOperators operators = [] {
        OnnxOperators all;
        add_elementwise_operators(all);
        add_layer_operators(all);
        add_pool_operators(all);
        add_norm_operators(all);
        add_reduce_operators(all);
        add_shape_operators(all);
        add_index_operators(all);
        add_resize_operators(all);
        add_quantised_operators(all);
        return all;
    }();
    return operators;
}

}  // namespace

void OnnxNode::import() {
    const auto found = all_operators().find(node_.op_type());
    const bool is_own = node_.domain().empty() || node_.domain() == "ai.onnx";
    if (!is_own || found == all_operators().end())
        throw Error("it uses the operator " + (is_own ? "" : node_.domain().substr(0, 40) + ".") + node_.op_type().substr(0, 40) +
                    ", which ClipScope does not run; export the network with ONNX's operators for image classifiers, opset 17");
    for (const std::string& name : node_.output())
        if (!name.empty()) graph_.value_named(name).name = name;
    if (graph_.any_batch()) check_broadcast();
    infer_outputs(*this);
    const bool folds =
        std::ranges::all_of(node_.input(), [&](const std::string& name) { return name.empty() || graph_.value_named(name).is_known(); });
    if (folds && out(0).shape) check_size(*out(0).shape);
    try {
        if (!follow_sizes(*this)) found->second(*this);
    } catch (const c10::Error& error) {
        std::string text = error.what_without_backtrace();
        fail(text.substr(0, std::min<std::size_t>(text.find('\n'), 120)));
    }
    finish();
}

// Operators whose inputs are matched from the last dimension on: images of one must not meet dimensions of another, nor constants that are
// said for the file's own number of images.
void OnnxNode::check_broadcast() {
    static const std::set<std::string> broadcasting{"Add",  "Sub",        "Mul", "Div",   "Mod",     "Pow",
                                                    "Max",  "Min",        "Sum", "Mean",  "PRelu",   "Where",
                                                    "And",  "Or",         "Xor", "Equal", "Greater", "GreaterOrEqual",
                                                    "Less", "LessOrEqual"};
    if (!broadcasting.contains(node_.op_type())) return;
    std::size_t rank = 0;
    bool has_images = false;
    for (std::size_t i = 0; i < input_count(); ++i) {
        if (!has(i)) continue;
        if (!in(i).shape) throw NeedsFixedBatch();
        rank = std::max(rank, in(i).shape->size());
        has_images = has_images || (!in(i).constant.defined() && !in(i).numbers);
    }
    for (std::size_t i = 0; i < input_count() && has_images; ++i) {
        if (!has(i) || in(i).numbers) continue;
        const Shape& shape = *in(i).shape;
        if (shape.size() < rank && in(i).constant.defined()) continue;
        const bool is_right = shape.size() == rank && rank > 0 && (in(i).constant.defined() ? shape[0].count == 1 : shape[0].is_batch());
        if (!is_right) throw NeedsFixedBatch();
    }
}

// What was computed beforehand is known from now on.
void OnnxNode::finish() {
    for (int i = 0; i < node_.output_size(); ++i) {
        if (node_.output(i).empty()) continue;
        OnnxValue& output = out(std::size_t(i));
        if (!output.value) continue;
        const auto known = torch::jit::toIValue(output.value);
        if (!known || !known->isTensor()) continue;
        output.constant = known->toTensor();
        output.shape.emplace();
        for (const std::int64_t dim : output.constant.sizes()) output.shape->push_back(Number::of(dim));
    }
    if (!graph_.any_batch()) return;
    // Images must lie along the first dimension, where none of them meets another.
    for (int i = 0; i < node_.output_size(); ++i) {
        if (node_.output(i).empty()) continue;
        const OnnxValue& output = out(std::size_t(i));
        if (output.constant.defined() || output.numbers || !output.value) continue;
        if (!output.shape || output.shape->empty() || !output.shape->front().is_batch()) throw NeedsFixedBatch();
        if (std::any_of(output.shape->begin() + 1, output.shape->end(), [](const Number& dim) { return !dim.is_known(); }))
            throw NeedsFixedBatch();
    }
}

OnnxValue& OnnxNode::in(std::size_t input) {
    if (!has(input)) fail("its input " + std::to_string(input + 1) + " is missing");
    return graph_.value_named(node_.input(int(input)));
}

Argument OnnxNode::optional(std::size_t input, const std::string& role) {
    return has(input) ? Argument(value(input, role)) : Argument(c10::IValue());
}

const Shape& OnnxNode::shape(std::size_t input) {
    const OnnxValue& value = in(input);
    if (!value.shape) fail("how many dimensions its input has is not known; export the network with a fixed input size");
    return *value.shape;
}

int OnnxNode::rank(std::size_t input) {
    return int(shape(input).size());
}

std::int64_t OnnxNode::known_dim(std::size_t input, std::size_t dim) {
    if (dim >= shape(input).size()) fail("its input has too few dimensions");
    const Number& size = shape(input)[dim];
    if (graph_.any_batch() && size.is_batch()) throw NeedsFixedBatch();
    if (!size.is_known()) fail("the sizes of its input are not known; export the network with a fixed input size");
    return size.count;
}

bool OnnxNode::is_integer(std::size_t input) {
    const int type = in(input).type;
    return type != 0 && !at::isFloatingType(scalar_type_of(type)) && scalar_type_of(type) != at::kBool;
}

at::Tensor OnnxNode::constant(std::size_t input) {
    const OnnxValue& value = in(input);
    if (!value.constant.defined()) {
        if (graph_.any_batch()) throw NeedsFixedBatch();
        fail("its input " + std::to_string(input + 1) + " must be a constant");
    }
    return value.constant;
}

Integers OnnxNode::integers(std::size_t input) {
    const at::Tensor numbers = constant(input).to(at::kLong).contiguous();
    return {numbers.data_ptr<std::int64_t>(), numbers.data_ptr<std::int64_t>() + numbers.numel()};
}

std::vector<Number> OnnxNode::numbers(std::size_t input) {
    OnnxValue& value = in(input);
    if (value.numbers) return *value.numbers;
    std::vector<Number> result;
    for (const std::int64_t number : integers(input)) result.push_back(Number::of(number));
    return result;
}

std::optional<c10::IValue> OnnxNode::scalar(std::size_t input, std::size_t other) {
    const OnnxValue& value = in(input);
    if (!value.is_known() || value.constant.numel() != 1 || !in(other).shape || value.type != in(other).type) return std::nullopt;
    if (std::size_t(value.constant.dim()) > in(other).shape->size()) return std::nullopt;
    if (value.constant.is_floating_point()) return c10::IValue(value.constant.item<double>());
    if (value.constant.scalar_type() == at::kBool) return std::nullopt;
    return c10::IValue(value.constant.item<std::int64_t>());
}

const onnx::AttributeProto* OnnxNode::attribute(const std::string& name) const {
    for (const onnx::AttributeProto& attribute : node_.attribute())
        if (attribute.name() == name) return &attribute;
    return nullptr;
}

std::int64_t OnnxNode::integer(const std::string& name, std::int64_t otherwise) const {
    const auto* found = attribute(name);
    return found ? found->i() : otherwise;
}

double OnnxNode::real(const std::string& name, double otherwise) const {
    const auto* found = attribute(name);
    return found ? double(found->f()) : otherwise;
}

std::string OnnxNode::text(const std::string& name, const std::string& otherwise) const {
    const auto* found = attribute(name);
    return found ? found->s() : otherwise;
}

Integers OnnxNode::list(const std::string& name) const {
    const auto* found = attribute(name);
    return found ? Integers(found->ints().begin(), found->ints().end()) : Integers{};
}

std::size_t OnnxNode::axis_of(std::int64_t axis, int rank) {
    if (axis < -rank || axis >= std::max(rank, 1)) fail("its axis " + std::to_string(axis) + " is none of its input's");
    return std::size_t(axis < 0 ? axis + rank : axis);
}

void OnnxNode::works_along(std::size_t input, std::size_t axis) {
    const OnnxValue& value = in(input);
    if (graph_.any_batch() && !value.constant.defined() && (!value.shape || axis >= value.shape->size() || (*value.shape)[axis].is_batch()))
        throw NeedsFixedBatch();
}

Value* OnnxNode::insert_list(const std::string& operation, const std::vector<Value*>& tensors, const std::vector<Argument>& more) {
    std::vector<Argument> arguments{graph_.list_of(tensors, c10::TensorType::get())};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return insert(operation, arguments);
}

Value* OnnxNode::number_list(const std::vector<Number>& numbers) {
    std::vector<Value*> elements;
    for (const Number& number : numbers) elements.push_back(graph_.number(number));
    return graph_.list_of(elements, c10::IntType::get());
}

std::size_t OnnxNode::output_count() const {
    std::size_t count = std::size_t(node_.output_size());
    while (count > 0 && node_.output(int(count) - 1).empty()) --count;
    return count;
}

bool OnnxNode::wants(std::size_t output) const {
    return output < output_count() && !node_.output(int(output)).empty() &&
           (!graph_.readers(node_.output(int(output))).empty() || graph_.is_output(node_.output(int(output))));
}

void OnnxNode::set(Value* value, std::size_t output) {
    out(output).value = value;
    graph_.name(value, {node_.output(int(output))});
}

void OnnxNode::set_known(const at::Tensor& constant, std::size_t output) {
    OnnxValue& value = out(output);
    value.constant = constant;
    value.shape.emplace();
    for (const std::int64_t dim : constant.sizes()) value.shape->push_back(Number::of(dim));
}

void OnnxNode::set_numbers(const std::vector<Number>& numbers, bool is_scalar) {
    OnnxValue& value = out(0);
    value.type = onnx::TensorProto::INT64;
    value.shape = is_scalar ? Shape{} : Shape{Number::of(std::int64_t(numbers.size()))};
    if (std::ranges::all_of(numbers, &Number::is_known)) {
        at::Tensor known = at::empty({std::int64_t(numbers.size())}, at::kLong);
        for (std::size_t i = 0; i < numbers.size(); ++i) known.data_ptr<std::int64_t>()[i] = numbers[i].count;
        value.constant = is_scalar ? known.reshape({}) : known;
    } else {
        value.numbers = numbers;
    }
}

void OnnxNode::set_same_as(const OnnxValue& value, std::size_t output) {
    const std::string name = out(output).name;
    const bool keeps_own_name = value.is_stored;
    const OnnxValue copy = value;
    out(output) = copy;
    if (!keeps_own_name) out(output).name = name;
}

void OnnxNode::check_size(const std::vector<Number>& shape) const {
    std::int64_t count = 1;
    for (const Number& dim : shape)
        if (dim.is_known() && (dim.count < 0 || __builtin_mul_overflow(count, dim.count, &count) || count > max_constant_elements))
            fail("it makes a constant larger than any network's");
}

void OnnxNode::fail(const std::string& why) const {
    throw Error("its operation " + node_.op_type().substr(0, 40) + (node_.name().empty() ? "" : " \"" + node_.name().substr(0, 60) + "\"") +
                " cannot be run: " + why);
}

}  // namespace clipscope
