// Convolutions and products with weights: the computational layers.
#include "network/formats/onnx/onnx_node.h"
#include "network/formats/onnx/windows.h"

namespace clipscope {

namespace {

using torch::jit::Value;

// The weight's sizes, which the node may say once more.
Integers kernel_of(OnnxNode& node) {
    const int dims = node.rank(1) - 2;
    if (dims < 1 || dims > 3) node.fail("ClipScope runs convolutions over one, two or three dimensions");
    Integers kernel;
    for (int i = 0; i < dims; ++i) kernel.push_back(node.known_dim(1, std::size_t(i) + 2));
    const Integers said = node.list("kernel_shape");
    if (!said.empty() && said != kernel) node.fail("its kernel_shape is not its weight's");
    return kernel;
}

void convolution(OnnxNode& node) {
    const Integers kernel = kernel_of(node);
    const std::size_t dims = kernel.size();
    const Windows windows(node, kernel);
    Value* x = node.value(0);
    if (!windows.is_symmetric()) x = node.insert("aten::constant_pad_nd", {x, windows.padding_backwards(), c10::IValue(0)});
    const Integers padding = windows.is_symmetric() ? windows.begin : Integers(dims, 0);
    node.set(node.insert("aten::conv" + std::to_string(dims) + "d", {x, node.value(1, "weight"), node.optional(2, "bias"), windows.strides,
                                                                     padding, windows.dilations, c10::IValue(node.integer("group", 1))}));
}

// What is to be taken off the full result at both ends of each dimension.
struct Crop {
    Integers begin, end, extra;  // extra: output_padding
};

Crop crop_of(OnnxNode& node, const Integers& kernel, const Windows& windows) {
    const std::size_t dims = kernel.size();
    Crop crop{node.list("pads"), {}, node.list("output_padding")};
    crop.begin.resize(2 * dims, 0);
    crop.extra.resize(dims, 0);
    crop.end.assign(crop.begin.begin() + std::ptrdiff_t(dims), crop.begin.end());
    crop.begin.resize(dims);
    const Integers wanted = node.list("output_shape");
    const std::string automatic = node.text("auto_pad", "NOTSET");
    const bool is_same = automatic.starts_with("SAME");
    if (wanted.empty() && !is_same) return crop;
    for (std::size_t i = 0; i < dims; ++i) {
        const std::int64_t size = node.known_dim(0, i + 2);
        const std::int64_t full = windows.strides[i] * (size - 1) + crop.extra[i] + (kernel[i] - 1) * windows.dilations[i] + 1;
        const std::int64_t target = wanted.empty() ? size * windows.strides[i] : wanted[wanted.size() - dims + i];
        const std::int64_t excess = std::max<std::int64_t>(full - target, 0);
        crop.extra[i] += std::max<std::int64_t>(target - full, 0);
        crop.begin[i] = automatic == "SAME_UPPER" ? excess / 2 : excess - excess / 2;
        crop.end[i] = excess - crop.begin[i];
    }
    return crop;
}

void transposed_convolution(OnnxNode& node) {
    const Integers kernel = kernel_of(node);
    const std::size_t dims = kernel.size();
    const Windows windows(node, kernel, false);
    const Crop crop = crop_of(node, kernel, windows);
    const bool is_symmetric = crop.begin == crop.end;
    const Integers none(dims, 0);
    Value* y = node.insert("aten::conv_transpose" + std::to_string(dims) + "d",
                           {node.value(0), node.value(1, "weight"), node.optional(2, "bias"), windows.strides,
                            is_symmetric ? crop.begin : none, crop.extra, c10::IValue(node.integer("group", 1)), windows.dilations});
    if (!is_symmetric) {
        Integers off;
        for (std::size_t i = dims; i-- > 0;) {
            off.push_back(-crop.begin[i]);
            off.push_back(-crop.end[i]);
        }
        y = node.insert("aten::constant_pad_nd", {y, off, c10::IValue(0)});
    }
    node.set(y);
}

bool is_weight_matrix(OnnxValue& value) {
    return value.is_stored && value.constant.dim() == 2;
}

// As PyTorch keeps the weights of a linear layer: a row for each output.
Value* weight_rows(OnnxNode& node, bool has_rows) {
    return has_rows ? node.value(1, "weight") : node.graph().get_transposed(node.in(1), "weight");
}

void general_product(OnnxNode& node) {
    const double alpha = node.real("alpha", 1), beta = node.real("beta", 1);
    const bool is_transposed = node.integer("transB", 0) != 0;
    Value* x = node.value(0);
    if (node.integer("transA", 0) != 0) {
        node.works_along(0, 0);
        x = node.insert("aten::t", {x});
    }
    // A row of the bias for each of the file's images.
    const bool has_rows_in_bias = node.has(2) && node.rank(2) == 2 && !(node.shape(2)[0].is_known() && node.shape(2)[0].count == 1);
    if (node.graph().any_batch() && has_rows_in_bias) throw NeedsFixedBatch();
    const bool has_plain_bias = !node.has(2) || (beta == 1 && node.rank(2) == 1 && node.in(2).shape->front().is_known() &&
                                                 node.in(2).shape->front().count == node.known_dim(1, is_transposed ? 0 : 1));
    if (alpha == 1 && has_plain_bias && is_weight_matrix(node.in(1))) {
        Value* weight = weight_rows(node, is_transposed);
        node.set(node.insert("aten::linear", {x, weight, node.optional(2, "bias")}));
        return;
    }
    Value* matrix = node.value(1, "weight");
    if (is_transposed) matrix = node.insert("aten::t", {matrix});
    Value* product = node.insert("aten::matmul", {x, matrix});
    if (alpha != 1) product = node.insert("aten::mul", {product, c10::IValue(alpha)});
    if (node.has(2)) product = node.insert("aten::add", {product, node.value(2, "bias")}, {Argument("alpha", c10::IValue(beta))});
    node.set(product);
}

// x·W + b, which exporters write as two operators, is one linear layer.
const onnx::NodeProto* bias_after(OnnxNode& node) {
    OnnxGraph& graph = node.graph();
    const std::string& product = node.proto().output(0);
    const auto& readers = graph.readers(product);
    if (readers.size() != 1 || readers[0]->op_type() != "Add" || readers[0]->input_size() != 2 || graph.is_output(product)) return nullptr;
    const std::string& other = readers[0]->input(readers[0]->input(0) == product ? 1 : 0);
    if (!graph.is_there(other)) return nullptr;
    const OnnxValue& bias = graph.value_named(other);
    const bool fits = bias.is_stored && bias.constant.dim() == 1 && bias.constant.size(0) == node.in(1).constant.size(1);
    return fits ? readers[0] : nullptr;
}

void matrix_product(OnnxNode& node) {
    OnnxValue& matrix = node.in(1);
    if (!is_weight_matrix(matrix) || node.rank(0) < 2) {
        node.set(node.insert("aten::matmul", {node.value(0), node.value(1, "weight")}));
        return;
    }
    OnnxGraph& graph = node.graph();
    const onnx::NodeProto* sum = bias_after(node);
    Value* x = node.value(0);
    Value* weight = weight_rows(node, false);
    if (!sum) {
        node.set(node.insert("aten::linear", {x, weight, c10::IValue()}));
        return;
    }
    OnnxValue& bias = graph.value_named(sum->input(sum->input(0) == node.proto().output(0) ? 1 : 0));
    OnnxValue& result = graph.value_named(sum->output(0));
    result.name = sum->output(0);
    result.type = node.out(0).type;
    result.shape = node.out(0).shape;
    result.value = node.insert("aten::linear", {x, weight, graph.get(bias, "bias")});
    graph.done().insert(sum);
}

void einsum(OnnxNode& node) {
    if (node.graph().any_batch()) throw NeedsFixedBatch();
    std::vector<Value*> tensors;
    for (std::size_t i = 0; i < node.input_count(); ++i) tensors.push_back(node.value(i, "weight"));
    Value* list = node.graph().list_of(tensors, c10::TensorType::get());
    node.set(node.insert("aten::einsum", {c10::IValue(node.text("equation", "")), list}));
}

}  // namespace

void add_layer_operators(OnnxOperators& all) {
    all.insert({{"Conv", convolution},
                {"ConvTranspose", transposed_convolution},
                {"Gemm", general_product},
                {"MatMul", matrix_product},
                {"Einsum", einsum}});
}

}  // namespace clipscope
