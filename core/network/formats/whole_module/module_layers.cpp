#include "network/formats/whole_module/module_layers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "common/number_text.h"

namespace clipscope {

namespace {

using Text = std::optional<std::string>;

// One that is missing makes the whole missing.
Text call(const std::string& function, const std::vector<Text>& arguments) {
    std::string text = function + "(x";
    for (const Text& argument : arguments) {
        if (!argument) return std::nullopt;
        text += ", " + *argument;
    }
    return text + ")";
}

Text tensor(const ModuleAttributes& attributes, const std::string& name) {
    return attributes.has_tensor(name) ? "self." + name : std::string("None");
}

Text weight(const ModuleAttributes& attributes) {
    return attributes.has_tensor("weight") ? Text("self.weight") : std::nullopt;
}

Text convolution(const ModuleAttributes& attributes, int dimensions) {
    const Text mode = attributes.text("padding_mode"), named = attributes.text("padding");
    const std::string function = "torch.conv" + std::to_string(dimensions) + "d";
    const auto sizes = [&](const char* name) { return attributes.integers(name, dimensions); };
    if (!mode || *mode == "\"zeros\"")
        return call(function, {weight(attributes), tensor(attributes, "bias"), sizes("stride"), named ? named : sizes("padding"),
                               sizes("dilation"), attributes.number("groups")});
    const Text rooms = attributes.integers("_reversed_padding_repeated_twice", 2 * dimensions);
    if (!rooms) return std::nullopt;
    const Text none = dimensions == 1 ? "[0]" : dimensions == 2 ? "[0, 0]" : "[0, 0, 0]";
    const Text convolved = call(
        function, {weight(attributes), tensor(attributes, "bias"), sizes("stride"), none, sizes("dilation"), attributes.number("groups")});
    if (!convolved) return std::nullopt;
    const std::string padded = "torch.pad(x, " + *rooms + ", " + *mode + ")";
    return function + "(" + padded + convolved->substr(function.size() + 2);
}

Text transposed_convolution(const ModuleAttributes& attributes) {
    const auto sizes = [&](const char* name) { return attributes.integers(name, 2); };
    return call("torch.conv_transpose2d", {weight(attributes), tensor(attributes, "bias"), sizes("stride"), sizes("padding"),
                                           sizes("output_padding"), attributes.number("groups"), sizes("dilation")});
}

Text linear(const ModuleAttributes& attributes) {
    return call("torch.linear", {weight(attributes), tensor(attributes, "bias")});
}

// One without running statistics takes those of the batch, so that images would influence each other.
Text batch_norm(const ModuleAttributes& attributes) {
    if (!attributes.has_tensor("running_mean") || !attributes.has_tensor("running_var")) return std::nullopt;
    return call("torch.batch_norm", {tensor(attributes, "weight"), tensor(attributes, "bias"), "self.running_mean", "self.running_var",
                                     "False", "0.1", attributes.number("eps"), "True"});
}

Text group_norm(const ModuleAttributes& attributes) {
    return call("torch.group_norm",
                {attributes.number("num_groups"), tensor(attributes, "weight"), tensor(attributes, "bias"), attributes.number("eps")});
}

Text layer_norm(const ModuleAttributes& attributes) {
    Text shape;
    for (int count = 1; count <= 4 && !shape; ++count) shape = attributes.integers("normalized_shape", count);
    return call("torch.layer_norm", {shape, tensor(attributes, "weight"), tensor(attributes, "bias"), attributes.number("eps")});
}

Text max_pool(const ModuleAttributes& attributes) {
    if (attributes.flag("return_indices") == "True") return std::nullopt;
    const auto sizes = [&](const char* name) { return attributes.integers(name, 2); };
    const Text kernel = sizes("kernel_size"), stride = sizes("stride");
    return call("torch.max_pool2d", {kernel, stride ? stride : kernel, sizes("padding"), sizes("dilation"), attributes.flag("ceil_mode")});
}

Text average_pool(const ModuleAttributes& attributes) {
    const auto sizes = [&](const char* name) { return attributes.integers(name, 2); };
    const Text kernel = sizes("kernel_size"), stride = sizes("stride"), divisor = attributes.number("divisor_override");
    return call("torch.avg_pool2d", {kernel, stride ? stride : kernel, sizes("padding"), attributes.flag("ceil_mode"),
                                     attributes.flag("count_include_pad"), divisor ? divisor : "None"});
}

Text gelu(const ModuleAttributes& attributes) {
    const Text form = attributes.text("approximate");
    return form ? "torch.gelu(x, approximate=" + *form + ")" : std::string("torch.gelu(x)");
}

using Make = std::function<Text(const ModuleAttributes&)>;

Make same() {
    return [](const ModuleAttributes&) { return Text("x"); };
}

Make plain(const std::string& function) {
    return [function](const ModuleAttributes&) { return call(function, {}); };
}

// Numbers of these names, in this order.
Make with_numbers(const std::string& function, std::vector<std::string> names) {
    return [function, names = std::move(names)](const ModuleAttributes& attributes) {
        std::vector<Text> numbers;
        for (const std::string& name : names) numbers.push_back(attributes.number(name));
        return call(function, numbers);
    };
}

Make with_sizes(const std::string& function, const std::string& name, int count) {
    return [=](const ModuleAttributes& attributes) { return call(function, {attributes.integers(name, count)}); };
}

const std::map<std::string, Make>& layers() {
    static const std::map<std::string, Make> known{
        {"Conv1d", [](const ModuleAttributes& attributes) { return convolution(attributes, 1); }},
        {"Conv2d", [](const ModuleAttributes& attributes) { return convolution(attributes, 2); }},
        {"Conv3d", [](const ModuleAttributes& attributes) { return convolution(attributes, 3); }},
        {"ConvTranspose2d", transposed_convolution},
        {"Linear", linear},
        {"BatchNorm1d", batch_norm},
        {"BatchNorm2d", batch_norm},
        {"BatchNorm3d", batch_norm},
        {"GroupNorm", group_norm},
        {"LayerNorm", layer_norm},
        {"MaxPool2d", max_pool},
        {"AvgPool2d", average_pool},
        {"AdaptiveAvgPool2d", with_sizes("torch.adaptive_avg_pool2d", "output_size", 2)},
        {"ZeroPad2d",
         [](const ModuleAttributes& attributes) {
             return call("torch.constant_pad_nd", {attributes.integers("padding", 4), "0."});
         }},
        {"ReflectionPad2d", with_sizes("torch.reflection_pad2d", "padding", 4)},
        {"ReplicationPad2d", with_sizes("torch.replication_pad2d", "padding", 4)},
        {"PixelShuffle", with_numbers("torch.pixel_shuffle", {"upscale_factor"})},
        {"PixelUnshuffle", with_numbers("torch.pixel_unshuffle", {"downscale_factor"})},
        {"Flatten", with_numbers("torch.flatten", {"start_dim", "end_dim"})},
        {"Identity", same()},
        {"Dropout", same()},
        {"Dropout1d", same()},
        {"Dropout2d", same()},
        {"Dropout3d", same()},
        {"AlphaDropout", same()},
        {"FeatureAlphaDropout", same()},
        {"ReLU", plain("torch.relu")},
        {"ReLU6", plain("torch.relu6")},
        {"LeakyReLU", with_numbers("torch.leaky_relu", {"negative_slope"})},
        {"PReLU", [](const ModuleAttributes& attributes) { return call("torch.prelu", {weight(attributes)}); }},
        {"ELU", with_numbers("torch.elu", {"alpha"})},
        {"CELU", with_numbers("torch.celu", {"alpha"})},
        {"SELU", plain("torch.selu")},
        {"GELU", gelu},
        {"SiLU", plain("torch.silu")},
        {"Mish", plain("torch.mish")},
        {"Tanh", plain("torch.tanh")},
        {"Sigmoid", plain("torch.sigmoid")},
        {"Hardtanh", with_numbers("torch.hardtanh", {"min_val", "max_val"})},
        {"Hardswish", plain("torch.hardswish")},
        {"Hardsigmoid", plain("torch.hardsigmoid")},
        {"Softplus", with_numbers("torch.softplus", {"beta", "threshold"})},
        {"Softsign", plain("torch.softsign")},
        {"LogSigmoid", plain("torch.log_sigmoid")},
        {"Softmax", with_numbers("torch.softmax", {"dim"})},
        {"LogSoftmax", with_numbers("torch.log_softmax", {"dim"})},
    };
    return known;
}

}  // namespace

const PickleNode* ModuleAttributes::find(const std::string& name) const {
    return tree_.find(state_, name);
}

bool ModuleAttributes::has_tensor(const std::string& name) const {
    for (const char* place : {"_parameters", "_buffers"})
        if (const PickleNode* tensors = find(place))
            if (const PickleNode* found = tree_.find(*tensors, name)) return found->kind == PickleKind::call;
    return false;
}

Text ModuleAttributes::number(const std::string& name) const {
    const PickleNode* found = find(name);
    if (found == nullptr) return std::nullopt;
    if (found->kind == PickleKind::integer) return std::to_string(found->integer);
    if (found->kind != PickleKind::real || !std::isfinite(found->real)) return std::nullopt;
    const std::string text = number_text(found->real);
    return text.find_first_of(".e") == std::string::npos ? text + "." : text;
}

Text ModuleAttributes::flag(const std::string& name) const {
    const PickleNode* found = find(name);
    if (found == nullptr || found->kind != PickleKind::boolean) return std::nullopt;
    return found->integer != 0 ? "True" : "False";
}

Text ModuleAttributes::text(const std::string& name) const {
    const PickleNode* found = find(name);
    if (found == nullptr || found->kind != PickleKind::text) return std::nullopt;
    constexpr std::array<std::string_view, 7> known{"zeros", "reflect", "replicate", "circular", "same", "valid", "tanh"};
    const bool is_known = found->text == "none" || std::find(known.begin(), known.end(), found->text) != known.end();
    return is_known ? Text("\"" + found->text + "\"") : std::nullopt;
}

Text ModuleAttributes::integers(const std::string& name, int count) const {
    const PickleNode* found = find(name);
    if (found == nullptr) return std::nullopt;
    std::string text;
    const auto add = [&](std::int64_t value) { text += (text.empty() ? "[" : ", ") + std::to_string(value); };
    if (found->kind == PickleKind::integer) {
        for (int i = 0; i < count; ++i) add(found->integer);
        return text + "]";
    }
    const bool is_row = found->kind == PickleKind::tuple || found->kind == PickleKind::list;
    if (!is_row || found->items.size() != std::size_t(count)) return std::nullopt;
    for (const PickleId id : found->items) {
        if (tree_.at(id).kind != PickleKind::integer) return std::nullopt;
        add(tree_.at(id).integer);
    }
    return text + "]";
}

Text layer_expression(const std::string& type, const ModuleAttributes& attributes) {
    const auto known = layers().find(type);
    return known == layers().end() ? std::nullopt : known->second(attributes);
}

}  // namespace clipscope
