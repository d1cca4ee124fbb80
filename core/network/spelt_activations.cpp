#include "network/spelt_activations.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace clipscope {

namespace {

// Between a layer and its activation may stand what keeps a value for each place of the layer's output, or fewer places of the same kind.
constexpr std::array<std::string_view, 32> passed_on_the_way{"aten::batch_norm",
                                                             "aten::layer_norm",
                                                             "aten::group_norm",
                                                             "aten::instance_norm",
                                                             "aten::native_batch_norm",
                                                             "aten::native_layer_norm",
                                                             "aten::native_group_norm",
                                                             "aten::add",
                                                             "aten::sub",
                                                             "aten::mul",
                                                             "aten::dropout",
                                                             "aten::max_pool2d",
                                                             "aten::avg_pool2d",
                                                             "aten::contiguous",
                                                             "aten::adaptive_avg_pool2d",
                                                             "aten::flatten",
                                                             "aten::adaptive_max_pool2d",
                                                             "aten::view",
                                                             "aten::reshape",
                                                             "aten::permute",
                                                             "aten::transpose",
                                                             "aten::cat",
                                                             "aten::pad",
                                                             "prim::ListConstruct",
                                                             "prim::TupleConstruct",
                                                             "prim::ListUnpack",
                                                             "prim::TupleUnpack",
                                                             "aten::squeeze",
                                                             "aten::unsqueeze",
                                                             "aten::chunk",
                                                             "aten::pixel_shuffle",
                                                             "aten::channel_shuffle"};

// Who reads a value in this way takes it for a place, a number of something or a divisor, not for an activation.
constexpr std::array<std::string_view, 12> readers_of_positions{"aten::long",         "aten::int",  "aten::Int",      "aten::floor",
                                                                "aten::round",        "aten::ceil", "aten::gather",   "aten::index",
                                                                "aten::index_select", "aten::item", "aten::bincount", "aten::grid_sampler"};

template <std::size_t size>
bool contains(const std::array<std::string_view, size>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view functional_name(const Step& step) {
    std::string_view name = step.name;
    if (name.ends_with('_')) name.remove_suffix(1);
    return name;
}

}  // namespace

std::optional<FoundSite> SpeltActivations::find(const Step& step) const {
    if (step.outputs.size() != 1) return std::nullopt;
    if (std::optional<FoundSite> clipped = clipped_relu(step)) return clipped;
    const std::optional<Ramp> ramp = ramp_of(step);
    if (!ramp || !comes_from_layer(ramp->values) || !is_used_as_activation(step.outputs[0])) return std::nullopt;
    FoundSite site;
    site.info.kind = !ramp->most ? "relu" : *ramp->most == 6 ? "relu6" : "hardtanh";
    site.input_slot = ramp->values;
    return site;
}

std::optional<float> SpeltActivations::magnitude_threshold(const Step& step, bool is_never_negative) const {
    if (step.name != "aten::where" || step.inputs.size() != 3 || number_at(step.inputs[2]) != 0.0) return std::nullopt;
    const Step* limit = maker_of(step.inputs[0], {"aten::le", "aten::lt"});
    const std::optional<double> number = limit ? number_at(limit->inputs[1]) : std::nullopt;
    if (!number) return std::nullopt;
    const Step* magnitude = maker_of(limit->inputs[0], {"aten::abs"});
    const bool is_of_values = magnitude ? magnitude->inputs[0] == step.inputs[1] : is_never_negative && limit->inputs[0] == step.inputs[1];
    if (!is_of_values) return std::nullopt;
    if (limit->name == "aten::le") return float(*number);
    if (!(*number > 0)) return std::nullopt;  // where nothing passes
    return std::nextafter(float(*number), 0.0F);
}

// How hardened files spell clipped activations: where((x >= 0) & (x <= T), x, 0) for ReLU, with where((l < 0) & (l >= -T), l, 0) for
// l = x * slope in place of the 0 for leaky ReLU.
std::optional<FoundSite> SpeltActivations::clipped_relu(const Step& step) const {
    if (step.name != "aten::where" || step.inputs.size() != 3) return std::nullopt;
    const std::optional<Limits> limits = limits_at(step.inputs[0], "aten::ge", "aten::le");
    if (!limits || limits->values != step.inputs[1] || limits->first != 0.0) return std::nullopt;
    FoundSite site;
    site.info.threshold = float(limits->second);
    site.input_slot = step.inputs[1];
    if (number_at(step.inputs[2]) == 0.0) {
        site.info.kind = "relu";
        return site;
    }
    const Step* negative = maker_of(step.inputs[2], {"aten::where"});
    if (!negative || negative->inputs.size() != 3 || number_at(negative->inputs[2]) != 0.0) return std::nullopt;
    const std::optional<Limits> leaked = limits_at(negative->inputs[0], "aten::lt", "aten::ge");
    const Step* leak = maker_of(negative->inputs[1], {"aten::mul"});
    if (!leaked || !leak || leaked->values != negative->inputs[1] || leaked->first != 0.0 || leaked->second != -limits->second ||
        leak->inputs[0] != step.inputs[1])
        return std::nullopt;
    const std::optional<double> slope = number_at(leak->inputs[1]);
    if (!slope) return std::nullopt;
    site.info.kind = "leaky_relu";
    site.slope = float(*slope);
    return site;
}

std::optional<SpeltActivations::Limits> SpeltActivations::limits_at(Slot slot, std::string_view first_operation,
                                                                    std::string_view second_operation) const {
    const Step* both = maker_of(slot, {"aten::__and__", "aten::logical_and", "aten::bitwise_and"});
    const Step* first = both ? maker_of(both->inputs[0], {first_operation}) : nullptr;
    const Step* second = both ? maker_of(both->inputs[1], {second_operation}) : nullptr;
    if (!first || !second || first->inputs[0] != second->inputs[0]) return std::nullopt;
    const std::optional<double> first_number = number_at(first->inputs[1]), second_number = number_at(second->inputs[1]);
    if (!first_number || !second_number) return std::nullopt;
    return Limits{first->inputs[0], *first_number, *second_number};
}

std::optional<SpeltActivations::Ramp> SpeltActivations::ramp_of(const Step& step) const {
    const std::string_view name = functional_name(step);
    if (name == "aten::clamp" || name == "aten::clip" || name == "aten::clamp_min" || name == "aten::threshold") return clamped(step);
    if (name == "aten::maximum" || name == "aten::max" || name == "aten::fmax") return larger_than_zero(step);
    return masked(step);
}

std::optional<SpeltActivations::Ramp> SpeltActivations::clamped(const Step& step) const {
    if (step.inputs.size() < 2 || number_at(step.inputs[1]) != 0.0) return std::nullopt;
    Ramp ramp{step.inputs[0]};
    if (functional_name(step) == "aten::threshold")
        return step.inputs.size() == 3 && is_zero(step.inputs[2]) ? std::optional(ramp) : std::nullopt;
    if (step.inputs.size() < 3 || is_left_out(step.inputs[2])) return ramp;
    ramp.most = number_at(step.inputs[2]);
    return ramp.most && *ramp.most > 0 ? std::optional(ramp) : std::nullopt;
}

std::optional<SpeltActivations::Ramp> SpeltActivations::larger_than_zero(const Step& step) const {
    if (step.inputs.size() != 2) return std::nullopt;
    if (is_zero(step.inputs[1])) return Ramp{step.inputs[0]};
    if (is_zero(step.inputs[0])) return Ramp{step.inputs[1]};
    return std::nullopt;
}

// x·(x > 0), and where(x > 0, x, 0).
std::optional<SpeltActivations::Ramp> SpeltActivations::masked(const Step& step) const {
    if (step.name == "aten::mul" && step.inputs.size() == 2)
        for (const std::size_t place : {0, 1})
            if (is_positive_mask(step.inputs[1 - place], step.inputs[place])) return Ramp{step.inputs[place]};
    if (step.name == "aten::where" && step.inputs.size() == 3 && is_zero(step.inputs[2]) &&
        is_positive_mask(step.inputs[0], step.inputs[1]))
        return Ramp{step.inputs[1]};
    return std::nullopt;
}

bool SpeltActivations::is_positive_mask(Slot mask, Slot values) const {
    while (const Step* cast = maker_of(mask, {"aten::to", "aten::type_as", "aten::float"})) mask = cast->inputs[0];
    const Step* comparison = maker_of(mask, {"aten::gt", "aten::ge"});
    return comparison && comparison->inputs[0] == values && is_zero(comparison->inputs[1]);
}

bool SpeltActivations::is_zero(Slot slot) const {
    return number_at(slot) == 0.0 || maker_of(slot, {"aten::zeros_like", "aten::zeros", "aten::new_zeros"}) != nullptr;
}

bool SpeltActivations::is_left_out(Slot slot) const {
    return slot != program_.input_slot() && !values_.maker_of(slot) && program_.constant(slot).isNone();
}

// Follows the values of the images back to the operation that made them.
bool SpeltActivations::comes_from_layer(Slot slot) const {
    constexpr int most_operations = 64;
    for (int i = 0; i < most_operations; ++i) {
        const Step* maker = values_.maker_of(slot);
        if (!maker) return false;
        if (is_layer_(*maker)) return true;
        if (!contains(passed_on_the_way, functional_name(*maker))) return false;
        const auto next =
            std::find_if(maker->inputs.begin(), maker->inputs.end(), [&](Slot input) { return values_.is_from_images(input); });
        if (next == maker->inputs.end()) return false;
        slot = *next;
    }
    return false;
}

bool SpeltActivations::is_used_as_activation(Slot slot) const {
    const std::vector<const Step*>& readers = values_.readers_of(slot);
    return std::none_of(readers.begin(), readers.end(), [&](const Step* reader) {
        const bool divides = reader->name == "aten::div" && reader->inputs.size() > 1 && reader->inputs[1] == slot;
        return divides || contains(readers_of_positions, reader->name);
    });
}

const Step* SpeltActivations::maker_of(Slot slot, std::initializer_list<std::string_view> names) const {
    const Step* maker = values_.maker_of(slot);
    return maker && std::find(names.begin(), names.end(), maker->name) != names.end() ? maker : nullptr;
}

std::optional<double> SpeltActivations::number_at(Slot slot) const {
    const c10::IValue& value = program_.constant(slot);
    if (value.isDouble()) return value.toDouble();
    if (value.isInt()) return double(value.toInt());
    if (value.isTensor() && value.toTensor().numel() == 1 && value.toTensor().is_floating_point() &&
        (value.toTensor().dim() == 0 || value.toTensor().scalar_type() == at::kFloat))
        return value.toTensor().item<double>();
    return std::nullopt;
}

}  // namespace clipscope
