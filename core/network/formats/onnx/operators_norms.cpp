// Normalisation and softmax.
#include "network/formats/onnx/onnx_node.h"

namespace clipscope {

namespace {

using torch::jit::Value;

constexpr float default_epsilon = 1e-5F;

void batch_norm(OnnxNode& node) {
    if (node.integer("training_mode", 0) != 0) node.fail("it is in training mode; export the network after model.eval()");
    node.set(node.insert("aten::batch_norm", {node.value(0), node.value(1, "weight"), node.value(2, "bias"), node.value(3, "running_mean"),
                                              node.value(4, "running_var"), c10::IValue(false), c10::IValue(0.1),
                                              c10::IValue(node.real("epsilon", default_epsilon)), c10::IValue(false)}));
}

void instance_norm(OnnxNode& node) {
    node.set(node.insert("aten::instance_norm",
                         {node.value(0), node.value(1, "weight"), node.value(2, "bias"), c10::IValue(), c10::IValue(), c10::IValue(true),
                          c10::IValue(0.1), c10::IValue(node.real("epsilon", default_epsilon)), c10::IValue(false)}));
}

void layer_norm(OnnxNode& node) {
    const std::size_t axis = node.axis(node.integer("axis", -1));
    const double epsilon = node.real("epsilon", default_epsilon);
    node.works_along(0, axis);
    Integers normalised, dims;
    for (std::size_t dim = axis; dim < std::size_t(node.rank(0)); ++dim) {
        dims.push_back(std::int64_t(dim));
        normalised.push_back(node.known_dim(0, dim));
    }
    node.set(node.insert("aten::layer_norm", {node.value(0), normalised, node.value(1, "weight"), node.optional(2, "bias"),
                                              c10::IValue(epsilon), c10::IValue(false)}));
    if (node.wants(1)) node.set(node.insert("aten::mean", {node.value(0), dims, c10::IValue(true)}), 1);
    if (!node.wants(2)) return;
    Value* variance = node.insert("aten::var", {node.value(0), dims, c10::IValue(false), c10::IValue(true)});
    node.set(node.insert("aten::rsqrt", {node.insert("aten::add", {variance, c10::IValue(epsilon)})}), 2);
}

void group_norm(OnnxNode& node) {
    const std::int64_t groups = node.integer("num_groups", 1), channels = node.known_dim(0, 1);
    if (groups < 1 || channels % groups != 0) node.fail("its groups do not divide its channels");
    Value* scale = node.value(1, "weight");
    Value* bias = node.value(2, "bias");
    // Before opset 21 one number for each group.
    if (node.known_dim(1, 0) == groups && groups != channels) {
        const c10::IValue repeats(channels / groups), first(std::int64_t(0));
        scale = node.insert("aten::repeat_interleave", {scale, repeats, first});
        bias = node.insert("aten::repeat_interleave", {bias, repeats, first});
    }
    node.set(node.insert("aten::group_norm", {node.value(0), c10::IValue(groups), scale, bias,
                                              c10::IValue(node.real("epsilon", default_epsilon)), c10::IValue(false)}));
}

// Over neighbouring channels: means of squares by a pool over these.
void local_response_norm(OnnxNode& node) {
    const std::int64_t size = node.integer("size", 1);
    if (node.rank(0) != 4 || size < 1 || size > 100'000) node.fail("ClipScope runs it on batches of images only");
    Value* squares = node.insert("aten::unsqueeze", {node.insert("aten::mul", {node.value(0), node.value(0)}), c10::IValue(1)});
    Value* padded = node.insert("aten::constant_pad_nd", {squares, Integers{0, 0, 0, 0, (size - 1) / 2, size / 2}, c10::IValue(0)});
    Value* means = node.insert("aten::avg_pool3d", {padded, Integers{size, 1, 1}, Integers{1, 1, 1}});
    Value* scaled =
        node.insert("aten::mul", {node.insert("aten::squeeze", {means, c10::IValue(1)}), c10::IValue(node.real("alpha", 1e-4F))});
    Value* base = node.insert("aten::add", {scaled, c10::IValue(node.real("bias", 1))});
    node.set(node.insert("aten::div", {node.value(0), node.insert("aten::pow", {base, c10::IValue(node.real("beta", 0.75))})}));
}

void normalise_exponents(OnnxNode& node, const std::string& operation) {
    const bool is_old = node.opset() < 13;
    const std::size_t axis = node.axis(node.integer("axis", is_old ? 1 : -1));
    node.works_along(0, axis);
    Value* x = node.value(0);
    if (!is_old || axis + 1 == std::size_t(node.rank(0))) {
        node.set(node.insert(operation, {x, c10::IValue(std::int64_t(axis)), c10::IValue()}));
        return;
    }
    // Before opset 13 over all dimensions from the axis on, as one.
    Value* flat = node.insert("aten::flatten", {x, c10::IValue(std::int64_t(axis)), c10::IValue(-1)});
    node.set(node.insert("aten::reshape_as", {node.insert(operation, {flat, c10::IValue(-1), c10::IValue()}), x}));
}

void softmax(OnnxNode& node) {
    normalise_exponents(node, "aten::softmax");
}

void log_softmax(OnnxNode& node) {
    normalise_exponents(node, "aten::log_softmax");
}

}  // namespace

void add_norm_operators(OnnxOperators& all) {
    all.insert({{"BatchNormalization", batch_norm},
                {"InstanceNormalization", instance_norm},
                {"LayerNormalization", layer_norm},
                {"GroupNormalization", group_norm},
                {"LRN", local_response_norm},
                {"Softmax", softmax},
                {"LogSoftmax", log_softmax}});
}

}  // namespace clipscope
