// Activations, arithmetic, comparison and logic.

#include <array>
#include <limits>

#include "network/formats/onnx/onnx_node.h"
#include "network/formats/onnx/onnx_tensor.h"

namespace clipscope {

namespace {

using torch::jit::Value;

// One input, nothing else to say.
template <const char* operation>
void unary(OnnxNode& node) {
    node.set(node.insert(operation, {node.value(0)}));
}

// Numbers where one side is one, so that steps read as PyTorch's: x * 0.5.
template <const char* operation>
void binary(OnnxNode& node) {
    if (const auto number = node.scalar(1, 0)) {
        node.set(node.insert(operation, {node.value(0), *number}));
        return;
    }
    node.set(node.insert(operation, {node.value(0), node.value(1)}));
}

// Of two tensors that are computed with element by element; nothing where it cannot be told.
std::optional<Shape> common_shape(const Shape& one, const Shape& other) {
    const Shape& longer = one.size() < other.size() ? other : one;
    const Shape& shorter = one.size() < other.size() ? one : other;
    Shape shape = longer;
    for (std::size_t i = 0; i < shorter.size(); ++i) {
        Number& own = shape[longer.size() - shorter.size() + i];
        const auto is_larger = [](const Number& number) { return number.is_known() && number.count != 1; };
        const auto is_one = [](const Number& number) { return number.is_known() && number.count == 1; };
        if (is_larger(own) || is_one(shorter[i])) continue;
        if (!is_larger(shorter[i]) && !is_one(own) && !(own.is_batch() && shorter[i].is_batch())) return std::nullopt;
        own = shorter[i];
    }
    return shape;
}

// What ONNX's library has no rule for in every version.
template <const char* operation>
void comparison(OnnxNode& node) {
    binary<operation>(node);
    node.set_type(onnx::TensorProto::BOOL);
    if (node.out(0).shape || !node.in(0).shape || !node.in(1).shape) return;
    if (const auto shape = common_shape(node.shape(0), node.shape(1))) node.set_shape(*shape);
}

#define CLIPSCOPE_NAMES(X)                                                                                                                 \
    X(abs)                                                                                                                                 \
    X(acos)                                                                                                                                \
    X(acosh)                                                                                                                               \
    X(asin) X(asinh) X(atan) X(atanh) X(ceil) X(cos) X(cosh) X(erf) X(exp) X(floor) X(log) X(neg) X(mish) X(reciprocal) X(relu) X(round)   \
        X(sigmoid) X(sign) X(sin) X(sinh) X(sqrt) X(tan) X(tanh) X(hardswish) X(isnan) X(logical_not) X(eq) X(gt) X(ge) X(lt) X(le) X(sub) \
            X(mul) X(logical_and) X(logical_or) X(logical_xor)
#define CLIPSCOPE_NAME(name) constexpr char name##_operation[] = "aten::" #name;
CLIPSCOPE_NAMES(CLIPSCOPE_NAME)
#undef CLIPSCOPE_NAME
#undef CLIPSCOPE_NAMES

void add(OnnxNode& node) {
    for (const std::size_t number : {1, 0})
        if (const auto scalar = node.scalar(number, 1 - number)) {
            node.set(node.insert("aten::add", {node.value(1 - number), *scalar}));
            return;
        }
    node.set(node.insert("aten::add", {node.value(0), node.value(1)}));
}

void divide(OnnxNode& node) {
    if (node.is_integer(0)) {
        node.set(node.insert("aten::div", {node.value(0), node.value(1)}, {Argument("rounding_mode", c10::IValue("trunc"))}));
        return;
    }
    const auto number = node.scalar(1, 0);
    node.set(node.insert("aten::div", {node.value(0), number ? Argument(*number) : Argument(node.value(1))}));
}

void modulo(OnnxNode& node) {
    node.set(node.insert(node.integer("fmod", 0) != 0 ? "aten::fmod" : "aten::remainder", {node.value(0), node.value(1)}));
}

// Half precision is computed in float32 already.
bool is_computed_alike(int from, int to) {
    return from != 0 && at::isFloatingType(scalar_type_of(to)) && scalar_type_of(from) == scalar_type_of(to);
}

Value* cast(OnnxNode& node, Value* value, int type) {
    return node.insert("aten::to", {value, c10::IValue(scalar_type_of(type)), c10::IValue(false), c10::IValue(false)});
}

void power(OnnxNode& node) {
    if (const auto number = node.scalar(1, 0)) {
        node.set(node.insert("aten::pow", {node.value(0), *number}));
        return;
    }
    Value* result = node.insert("aten::pow", {node.value(0), node.value(1)});
    node.set(node.in(0).type == node.in(1).type ? result : cast(node, result, node.in(0).type));
}

// x * sigmoid(x) is SiLU: one activation, as its author had it.
bool is_silu(OnnxNode& node) {
    const auto& readers = node.graph().readers(node.proto().output(0));
    if (readers.size() != 1 || readers[0]->op_type() != "Mul" || readers[0]->input_size() != 2 ||
        node.graph().is_output(node.proto().output(0)))
        return false;
    const int other = readers[0]->input(0) == node.proto().output(0) ? 1 : 0;
    return readers[0]->input(other) == node.proto().input(0);
}

void sigmoid(OnnxNode& node) {
    if (!is_silu(node)) return unary<sigmoid_operation>(node);
    const onnx::NodeProto* product = node.graph().readers(node.proto().output(0))[0];
    OnnxValue& result = node.graph().value_named(product->output(0));
    result.name = product->output(0);
    result.type = node.in(0).type;
    result.shape = node.in(0).shape;
    result.value = node.insert("aten::silu", {node.value(0)});
    node.graph().name(result.value, {result.name});
    node.graph().done().insert(product);
    node.out(0).value = nullptr;
}

template <const char* operation>
void fold_all(OnnxNode& node) {
    Value* result = node.value(0);
    for (std::size_t i = 1; i < node.input_count(); ++i) result = node.insert(operation, {result, node.value(i)});
    node.set(result);
}
constexpr char add_operation[] = "aten::add", maximum_operation[] = "aten::maximum", minimum_operation[] = "aten::minimum";

void mean(OnnxNode& node) {
    fold_all<add_operation>(node);
    node.set(node.insert("aten::div", {node.out(0).value, c10::IValue(double(node.input_count()))}));
}

struct Limits {
    std::optional<double> least, most;
    bool are_numbers = true;
};

Limits limits_of(OnnxNode& node) {
    Limits limits;
    if (node.opset() < 11) {
        if (node.has_attribute("min")) limits.least = node.real("min", 0);
        if (node.has_attribute("max")) limits.most = node.real("max", 0);
        return limits;
    }
    for (const std::size_t input : {1, 2}) {
        if (!node.has(input)) continue;
        limits.are_numbers &= node.is_known(input) && node.constant(input).numel() == 1;
        if (limits.are_numbers) (input == 1 ? limits.least : limits.most) = node.constant(input).to(at::kDouble).item<double>();
    }
    return limits;
}

// ReLU and ReLU6 by their names where a limit is spelt out: these are activations.
void clip(OnnxNode& node) {
    const Limits limits = limits_of(node);
    Value* x = node.value(0);
    if (!limits.are_numbers) {
        node.set(node.insert("aten::clamp", {x, node.optional(1, ""), node.optional(2, "")}));
        return;
    }
    if (!limits.least && !limits.most) return node.set(x);
    const bool is_integer = node.is_integer(0);
    const auto number = [&](double limit) { return is_integer ? c10::IValue(std::int64_t(limit)) : c10::IValue(limit); };
    constexpr double unlimited = std::numeric_limits<float>::max();
    if (!is_integer && limits.least == 0.0 && (!limits.most || *limits.most >= unlimited))
        node.set(node.insert("aten::relu", {x}));
    else if (!is_integer && limits.least == 0.0)
        node.set(node.insert("aten::hardtanh", {x, c10::IValue(0.0), c10::IValue(*limits.most)}));
    else
        node.set(node.insert("aten::clamp", {x, limits.least ? Argument(number(*limits.least)) : Argument(c10::IValue()),
                                             limits.most ? Argument(number(*limits.most)) : Argument(c10::IValue())}));
}

void leaky_relu(OnnxNode& node) {
    node.set(node.insert("aten::leaky_relu", {node.value(0), c10::IValue(node.real("alpha", 0.01f))}));
}

void elu(OnnxNode& node) {
    node.set(node.insert("aten::elu", {node.value(0), c10::IValue(node.real("alpha", 1)), c10::IValue(1), c10::IValue(1)}));
}

void celu(OnnxNode& node) {
    node.set(node.insert("aten::celu", {node.value(0), c10::IValue(node.real("alpha", 1))}));
}

void selu(OnnxNode& node) {
    constexpr double alpha = 1.6732632423543772, gamma = 1.0507009873554805, tolerance = 1e-6;
    const double a = node.real("alpha", alpha), g = node.real("gamma", gamma);
    if (std::abs(a - alpha) < tolerance && std::abs(g - gamma) < tolerance)
        node.set(node.insert("aten::selu", {node.value(0)}));
    else
        node.set(node.insert("aten::elu", {node.value(0), c10::IValue(a), c10::IValue(g), c10::IValue(1)}));
}

void gelu(OnnxNode& node) {
    node.set(node.insert("aten::gelu", {node.value(0)}, {Argument("approximate", c10::IValue(node.text("approximate", "none")))}));
}

void hard_sigmoid(OnnxNode& node) {
    constexpr double slope = 1.0 / 6, tolerance = 1e-6;
    const double alpha = node.real("alpha", 0.2f), beta = node.real("beta", 0.5);
    if (std::abs(alpha - slope) < tolerance && beta == 0.5) {
        node.set(node.insert("aten::hardsigmoid", {node.value(0)}));
        return;
    }
    Value* line = node.insert("aten::add", {node.insert("aten::mul", {node.value(0), c10::IValue(alpha)}), c10::IValue(beta)});
    node.set(node.insert("aten::hardtanh", {line, c10::IValue(0.0), c10::IValue(1.0)}));
}

void softplus(OnnxNode& node) {
    node.set(node.insert("aten::softplus", {node.value(0), c10::IValue(1), c10::IValue(20)}));
}

void softsign(OnnxNode& node) {
    Value* magnitude = node.insert("aten::abs", {node.value(0)});
    node.set(node.insert("aten::div", {node.value(0), node.insert("aten::add", {magnitude, c10::IValue(1)})}));
}

void thresholded_relu(OnnxNode& node) {
    node.set(node.insert("aten::threshold", {node.value(0), c10::IValue(node.real("alpha", 1)), c10::IValue(0.0)}));
}

void shrink(OnnxNode& node) {
    const double bias = node.real("bias", 0), limit = node.real("lambd", 0.5);
    Value* x = node.value(0);
    Value* below = node.insert("aten::add", {x, c10::IValue(bias)});
    Value* above = node.insert("aten::sub", {x, c10::IValue(bias)});
    Value* zero = node.insert("aten::mul", {x, c10::IValue(0)});
    Value* upper = node.insert("aten::where", {node.insert("aten::gt", {x, c10::IValue(limit)}), above, zero});
    node.set(node.insert("aten::where", {node.insert("aten::lt", {x, c10::IValue(-limit)}), below, upper}));
}

// A slope for each channel is PReLU's own form; any other is spelt out.
void prelu(OnnxNode& node) {
    OnnxValue& slope = node.in(1);
    if (slope.constant.defined() && !slope.value) {
        const at::Tensor& values = slope.constant;
        const bool is_by_channel =
            node.in(0).shape && node.rank(0) > 1 && values.dim() == node.rank(0) - 1 && values.size(0) == values.numel();
        // Old files give a vector of channels.
        const bool is_old_form = node.in(0).shape && node.rank(0) > 1 && values.dim() == 1 && node.shape(0)[1].count == values.numel() &&
                                 node.shape(0).back().count != values.numel();
        if (values.numel() == 1 || is_by_channel || is_old_form) {
            slope.constant = values.reshape({-1});
            slope.is_stored = true;
            node.set(node.insert("aten::prelu", {node.value(0), node.value(1, "weight")}));
            return;
        }
    }
    Value* x = node.value(0);
    Value* leaked = node.insert("aten::mul", {x, node.value(1, "weight")});
    node.set(node.insert("aten::where", {node.insert("aten::ge", {x, c10::IValue(0)}), x, leaked}));
}

void is_infinite(OnnxNode& node) {
    const bool positive = node.integer("detect_positive", 1) != 0, negative = node.integer("detect_negative", 1) != 0;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (positive && negative)
        node.set(node.insert("aten::isinf", {node.value(0)}));
    else
        node.set(node.insert("aten::eq", {node.value(0), c10::IValue(positive ? infinity : negative ? -infinity : std::nan(""))}));
}

void where(OnnxNode& node) {
    node.set(node.insert("aten::where", {node.value(0), node.value(1), node.value(2)}));
}

void cast_to(OnnxNode& node) {
    const int type = int(node.integer("to", 1));
    node.set(is_computed_alike(node.in(0).type, type) ? node.value(0) : cast(node, node.value(0), type));
    node.set_type(type);
    if (node.in(0).shape) node.set_shape(*node.in(0).shape);
}

void cast_like(OnnxNode& node) {
    node.set(cast(node, node.value(0), node.in(1).type));
    node.set_type(node.in(1).type);
}

void add_unary_operators(OnnxOperators& all) {
    all.insert({{"Abs", unary<abs_operation>},
                {"Acos", unary<acos_operation>},
                {"Acosh", unary<acosh_operation>},
                {"Asin", unary<asin_operation>},
                {"Asinh", unary<asinh_operation>},
                {"Atan", unary<atan_operation>},
                {"Atanh", unary<atanh_operation>},
                {"Ceil", unary<ceil_operation>},
                {"Cos", unary<cos_operation>},
                {"Cosh", unary<cosh_operation>},
                {"Erf", unary<erf_operation>},
                {"Exp", unary<exp_operation>},
                {"Floor", unary<floor_operation>},
                {"Log", unary<log_operation>},
                {"Neg", unary<neg_operation>},
                {"Mish", unary<mish_operation>},
                {"Reciprocal", unary<reciprocal_operation>},
                {"Relu", unary<relu_operation>},
                {"Round", unary<round_operation>},
                {"Sign", unary<sign_operation>},
                {"Sin", unary<sin_operation>},
                {"Sinh", unary<sinh_operation>},
                {"Sqrt", unary<sqrt_operation>},
                {"Tan", unary<tan_operation>},
                {"Tanh", unary<tanh_operation>},
                {"HardSwish", unary<hardswish_operation>},
                {"IsNaN", unary<isnan_operation>},
                {"Not", unary<logical_not_operation>}});
}

void add_binary_operators(OnnxOperators& all) {
    all.insert({{"Equal", binary<eq_operation>},
                {"Greater", binary<gt_operation>},
                {"GreaterOrEqual", comparison<ge_operation>},
                {"Less", binary<lt_operation>},
                {"LessOrEqual", comparison<le_operation>},
                {"Sub", binary<sub_operation>},
                {"Mul", binary<mul_operation>},
                {"And", binary<logical_and_operation>},
                {"Or", binary<logical_or_operation>},
                {"Xor", binary<logical_xor_operation>},
                {"Add", add},
                {"Div", divide},
                {"Mod", modulo},
                {"Pow", power}});
}

}  // namespace

void add_elementwise_operators(OnnxOperators& all) {
    add_unary_operators(all);
    add_binary_operators(all);
    all.insert({{"Sigmoid", sigmoid},
                {"Max", fold_all<maximum_operation>},
                {"Min", fold_all<minimum_operation>},
                {"Sum", fold_all<add_operation>},
                {"Mean", mean},
                {"Clip", clip},
                {"LeakyRelu", leaky_relu},
                {"Elu", elu},
                {"Celu", celu},
                {"Selu", selu},
                {"Gelu", gelu},
                {"HardSigmoid", hard_sigmoid},
                {"Softplus", softplus},
                {"Softsign", softsign},
                {"ThresholdedRelu", thresholded_relu},
                {"Shrink", shrink},
                {"PRelu", prelu},
                {"IsInf", is_infinite},
                {"Where", where},
                {"Cast", cast_to},
                {"CastLike", cast_like}});
}

}  // namespace clipscope
