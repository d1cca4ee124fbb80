// Quantised networks in QDQ form: integers that DequantizeLinear turns into numbers are the network's memory as it is stored; what
// QuantizeLinear and DequantizeLinear do to activations between operators is computed in float32, exactly as with integers.
#include <algorithm>
#include <array>

#include "common/error.h"
#include "network/formats/onnx/onnx_node.h"
#include "network/formats/onnx/onnx_tensor.h"

namespace clipscope {

namespace {

using onnx::TensorProto;
using torch::jit::Value;

struct Range {
    double least = 0, most = 0;
};

Range range_of(OnnxNode& node, int type) {
    switch (type) {
        case TensorProto::INT8:
            return {-128, 127};
        case TensorProto::UINT8:
            return {0, 255};
        case TensorProto::INT16:
            return {-32768, 32767};
        case TensorProto::UINT16:
            return {0, 65535};
        default:
            node.fail("ClipScope quantises to integers of 8 and 16 bits");
    }
}

// One number, or one for each place along an axis, in the shape in which it meets the input.
at::Tensor along_axis(OnnxNode& node, std::size_t input) {
    const at::Tensor values = node.constant(input);
    if (node.has_attribute("block_size") && node.integer("block_size", 0) != 0) node.fail("ClipScope runs no quantisation in blocks");
    if (values.numel() == 1) return values.reshape({});
    const std::size_t axis = node.axis(node.integer("axis", 1));
    if (values.dim() != 1 || node.known_dim(0, axis) != values.numel()) node.fail("it has not one scale for each place along its axis");
    Integers shape(std::size_t(node.rank(0)), 1);
    shape[axis] = values.numel();
    return values.reshape(shape);
}

at::Tensor zero_point(OnnxNode& node) {
    return node.has(2) ? along_axis(node, 2).to(at::kFloat) : at::zeros({}, at::kFloat);
}

int quantised_type(OnnxNode& node) {
    if (node.has(2)) return node.in(2).type;
    const auto type = int(node.integer("output_dtype", 0));
    return type == 0 ? int(TensorProto::UINT8) : type;
}

bool is_same_constant(OnnxNode& node, const std::string& one, const std::string& other) {
    if (one == other) return true;
    const at::Tensor a = node.graph().value_named(one).constant, b = node.graph().value_named(other).constant;
    return a.defined() && b.defined() && a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes() && at::equal(a, b);
}

// Whether every reader takes the integers back to numbers by the same scale: then they need never be integers.
bool is_taken_back(OnnxNode& node) {
    const std::string& integers = node.proto().output(0);
    if (node.graph().is_output(integers)) return false;
    return std::ranges::all_of(node.graph().readers(integers), [&](const onnx::NodeProto* reader) {
        const bool is_alike = reader->op_type() == "DequantizeLinear" && reader->input_size() == node.proto().input_size() &&
                              is_same_constant(node, reader->input(1), node.proto().input(1)) &&
                              (reader->input_size() < 3 || is_same_constant(node, reader->input(2), node.proto().input(2)));
        return is_alike && OnnxNode(node.graph(), *reader, node.depth()).integer("axis", 1) == node.integer("axis", 1);
    });
}

Argument as_argument(const at::Tensor& constant) {
    return constant.dim() == 0 ? Argument(c10::IValue(constant.item<double>())) : Argument(c10::IValue(constant));
}

bool is_zero(const Value* value) {
    const auto known = torch::jit::toIValue(value);
    return known && known->isTensor() && known->toTensor().numel() == 1 && known->toTensor().item<double>() == 0;
}

// An activation function made this, clipped or not; what it puts out is never below 0.
bool is_never_negative(const Value* value) {
    constexpr std::array<std::string_view, 4> keeping{"aten::max_pool2d", "aten::adaptive_avg_pool2d", "aten::flatten", "aten::reshape"};
    while (true) {
        const torch::jit::Node* maker = value->node();
        if (std::ranges::find(keeping, std::string_view(maker->kind().toQualString())) != keeping.end())
            value = maker->input(0);
        else if (maker->kind() == c10::aten::where && maker->inputs().size() == 3 && is_zero(maker->input(2)))
            value = maker->input(1);
        else
            break;
    }
    return value->node()->kind() == c10::Symbol::fromQualString("aten::relu");
}

// round(x / scale), to even halves, within the integers' range less the zero point. Where that begins at 0 the quantiser has taken over the
// work of a ReLU before it, which is then said.
Value* rounded(OnnxNode& node, const Range& range) {
    const at::Tensor zero = zero_point(node);
    Value* x = node.value(0);
    const bool is_rectified = zero.dim() == 0 && range.least == zero.item<double>();
    if (is_rectified && !is_never_negative(x)) {
        x = node.insert("aten::relu", {x});
        node.graph().name(x, {node.proto().output(0), true});
    }
    Value* steps = node.insert("aten::round", {node.insert("aten::div", {x, as_argument(along_axis(node, 1))})});
    if (zero.dim() != 0)
        return node.insert("aten::minimum",
                           {node.insert("aten::maximum", {steps, c10::IValue(range.least - zero)}), c10::IValue(range.most - zero)});
    const c10::IValue most(range.most - zero.item<double>());
    if (is_rectified) return node.insert("aten::clamp_max", {steps, most});
    return node.insert("aten::clamp", {steps, c10::IValue(range.least - zero.item<double>()), most});
}

void quantise(OnnxNode& node) {
    const int type = quantised_type(node);
    Value* steps = rounded(node, range_of(node, type));
    node.set_type(type);
    node.set_shape(node.shape(0));
    if (is_taken_back(node)) return node.set(steps);  // less the zero point, which DequantizeLinear leaves out too
    Value* integers = node.insert("aten::add", {steps, as_argument(zero_point(node))});
    node.set(node.insert("aten::to", {integers, c10::IValue(scalar_type_of(type)), c10::IValue(false), c10::IValue(false)}));
}

bool comes_without_zero_point(OnnxNode& node) {
    const Value* value = node.in(0).value;
    if (!value) return false;
    const std::string_view maker = value->node()->kind().toQualString();
    return maker == "aten::clamp" || maker == "aten::clamp_max" || maker == "aten::minimum";
}

// The words of a stored tensor as a codec of the network's own scale, and their values.
bool store(OnnxNode& node, OnnxValue& integers) {
    const bool is_word = integers.type == TensorProto::INT8 || integers.type == TensorProto::UINT8 || integers.type == TensorProto::INT32;
    if (!is_word || !integers.constant.defined() || integers.constant.numel() < 2) return false;
    const at::Tensor scale = along_axis(node, 1), zero = zero_point(node);
    const at::Tensor flat_scale = scale.to(at::kFloat).reshape({-1}).contiguous();
    const at::Tensor flat_zero = zero.expand_as(scale).to(at::kLong).reshape({-1}).contiguous();
    const std::size_t axis = scale.dim() == 0 ? 0 : node.axis(node.integer("axis", 1));
    std::int64_t inner = 1;
    for (std::int64_t dim = std::int64_t(axis) + 1; dim < integers.constant.dim(); ++dim) inner *= integers.constant.size(dim);
    ScaledIntegers words;
    words.bits = integers.type == TensorProto::INT32 ? 32 : 8;
    words.is_unsigned = integers.type == TensorProto::UINT8;
    words.scales.assign(flat_scale.data_ptr<float>(), flat_scale.data_ptr<float>() + flat_scale.numel());
    words.zero_points.assign(flat_zero.data_ptr<std::int64_t>(), flat_zero.data_ptr<std::int64_t>() + flat_zero.numel());
    words.elements_per_scale = scale.dim() == 0 ? std::size_t(integers.constant.numel()) : std::size_t(inner);
    const ParameterCodec codec(words);
    OnnxValue& out = node.out(0);
    out.name = integers.name;
    out.type = TensorProto::FLOAT;
    out.constant = ((integers.constant.to(at::kFloat) - zero) * scale).contiguous();
    out.shape = integers.shape;
    out.is_stored = true;
    // Wide integers of which float32 does not keep every one, and scales of 0, leave float32 numbers.
    const at::Tensor flat = integers.constant.to(at::kLong).contiguous();
    const std::uint32_t mask = words.bits == 8 ? 0xFF : 0xFFFFFFFF;
    for (std::int64_t i = 0; i < flat.numel(); ++i)
        if (codec.encode(out.constant.data_ptr<float>()[i], std::size_t(i)) != (std::uint32_t(flat.data_ptr<std::int64_t>()[i]) & mask))
            return true;
    out.codec = codec;
    return true;
}

void dequantise(OnnxNode& node) {
    node.set_type(TensorProto::FLOAT);
    node.set_shape(node.shape(0));
    OnnxValue& integers = node.in(0);
    if (store(node, integers)) return;
    if (comes_without_zero_point(node)) {
        node.set(node.insert("aten::mul", {node.value(0), as_argument(along_axis(node, 1))}));
        return;
    }
    Value* numbers = node.insert("aten::to", {node.value(0), c10::IValue(at::kFloat), c10::IValue(false), c10::IValue(false)});
    if (node.has(2)) numbers = node.insert("aten::sub", {numbers, as_argument(zero_point(node))});
    node.set(node.insert("aten::mul", {numbers, as_argument(along_axis(node, 1))}));
}

void refuse_integers(OnnxNode& node) {
    throw Error("it computes with integers (" + node.proto().op_type() +
                "), which ClipScope does not run; quantise the network in QDQ form, in which faults hit the stored integers: "
                "onnxruntime.quantization.quantize_static(..., quant_format=QuantFormat.QDQ)");
}

}  // namespace

void add_quantised_operators(OnnxOperators& all) {
    all.insert({{"QuantizeLinear", quantise}, {"DequantizeLinear", dequantise}});
    for (const char* name : {"QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger", "DynamicQuantizeLinear"})
        all.emplace(name, refuse_integers);
}

}  // namespace clipscope
