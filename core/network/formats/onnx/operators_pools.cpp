// Pools.
#include <limits>

#include "network/formats/onnx/onnx_node.h"
#include "network/formats/onnx/windows.h"

namespace clipscope {

namespace {

using torch::jit::Value;

std::string of_dims(const std::string& operation, std::size_t dims) {
    return "aten::" + operation + std::to_string(dims) + "d";
}

void check_dims(OnnxNode& node, std::size_t dims) {
    if (dims < 1 || dims > 3) node.fail("ClipScope runs pools over one, two or three dimensions");
}

// LibTorch leaves out a last window that begins in the padding; ONNX before opset 19 counted it. The two agree wherever none does.
void max_pool(OnnxNode& node) {
    const Integers kernel = node.list("kernel_shape");
    check_dims(node, kernel.size());
    if (node.wants(1)) node.fail("where its maxima lie is asked for, which ClipScope does not compute");
    if (node.is_integer(0)) node.fail("it takes integers; quantise the network in QDQ form");
    const Windows windows(node, kernel);
    const bool is_ceil = node.integer("ceil_mode", 0) != 0;
    Value* x = node.value(0);
    Integers padding = windows.begin;
    if (!windows.is_symmetric() || !windows.is_within_half(kernel)) {
        constexpr double least = -std::numeric_limits<double>::infinity();
        x = node.insert("aten::constant_pad_nd", {x, windows.padding_backwards(), c10::IValue(least)});
        padding.assign(kernel.size(), 0);
    }
    node.set(
        node.insert(of_dims("max_pool", kernel.size()), {x, kernel, windows.strides, padding, windows.dilations, c10::IValue(is_ceil)}));
}

Value* average(OnnxNode& node, Value* x, const Integers& kernel, const Integers& strides, const Integers& padding, bool counts_padding) {
    const bool is_ceil = node.integer("ceil_mode", 0) != 0;
    std::vector<Argument> arguments{x, kernel, strides, padding, c10::IValue(is_ceil), c10::IValue(counts_padding)};
    if (kernel.size() > 1) arguments.emplace_back(c10::IValue());
    return node.insert(of_dims("avg_pool", kernel.size()), arguments);
}

void average_pool(OnnxNode& node) {
    const Integers kernel = node.list("kernel_shape");
    check_dims(node, kernel.size());
    const Windows windows(node, kernel);
    for (const std::int64_t dilation : windows.dilations)
        if (dilation != 1) node.fail("ClipScope runs no average pools with dilation");
    const bool counts_padding = node.integer("count_include_pad", 0) != 0;
    if (windows.is_symmetric() && windows.is_within_half(kernel)) {
        node.set(average(node, node.value(0), kernel, windows.strides, windows.begin, counts_padding));
        return;
    }
    const Integers none(kernel.size(), 0);
    const auto padded = [&](Value* x) { return node.insert("aten::constant_pad_nd", {x, windows.padding_backwards(), c10::IValue(0)}); };
    Value* sums = average(node, padded(node.value(0)), kernel, windows.strides, none, true);
    if (counts_padding) return node.set(sums);
    // What share of each window is image.
    Value* ones = node.insert("aten::ones_like", {node.value(0)});
    node.set(node.insert("aten::div", {sums, average(node, padded(ones), kernel, windows.strides, none, true)}));
}

Integers space_of(OnnxNode& node) {
    Integers dims;
    for (int dim = 2; dim < node.rank(0); ++dim) dims.push_back(dim);
    if (dims.empty()) node.fail("its input has no height and width");
    return dims;
}

void global_average_pool(OnnxNode& node) {
    const Integers space = space_of(node);
    if (space.size() == 2)
        node.set(node.insert("aten::adaptive_avg_pool2d", {node.value(0), Integers{1, 1}}));
    else
        node.set(node.insert("aten::mean", {node.value(0), space, c10::IValue(true)}));
}

void global_max_pool(OnnxNode& node) {
    node.set(node.insert("aten::amax", {node.value(0), space_of(node), c10::IValue(true)}));
}

}  // namespace

void add_pool_operators(OnnxOperators& all) {
    all.insert({{"MaxPool", max_pool},
                {"AveragePool", average_pool},
                {"GlobalAveragePool", global_average_pool},
                {"GlobalMaxPool", global_max_pool}});
}

}  // namespace clipscope
