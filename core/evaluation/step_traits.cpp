#include "evaluation/step_traits.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>

#include "network/layer_finder.h"

namespace clipscope {

namespace {

using Names = std::initializer_list<std::string_view>;

bool is_one_of(const Step& step, Names names) {
    return std::find(names.begin(), names.end(), step.name) != names.end();
}

bool is_activation(const Step& step) {
    return is_one_of(step, {"aten::relu", "aten::relu6", "aten::hardtanh", "aten::leaky_relu", "aten::elu", "aten::gelu", "aten::silu",
                            "aten::sigmoid", "aten::tanh", "aten::hardswish", "aten::hardsigmoid", "aten::mish", "aten::softplus"});
}

bool is_pooling(const Step& step) {
    return is_one_of(step, {"aten::max_pool2d", "aten::avg_pool2d", "aten::adaptive_avg_pool2d"});
}

bool is_convolution(const Step& step) {
    return is_one_of(step, {"aten::_convolution", "aten::convolution", "aten::conv2d"});
}

// Arguments 3 stride, 4 padding, 5 dilation stand alike in all three; then conv2d has the groups, the others transposed, output padding,
// groups.
bool has_one_group(const Program& program, const Step& step) {
    const bool is_short = step.name == "aten::conv2d";
    const c10::IValue& groups = program.constant(step.inputs[is_short ? 6 : 8]);
    const bool transposed = !is_short && program.constant(step.inputs[6]).isBool() && program.constant(step.inputs[6]).toBool();
    return groups.isInt() && groups.toInt() == 1 && !transposed;
}

// Every window of the convolution holds at least one value of the image: no dilation, and less padding than the window is wide.
bool every_window_sees_the_image(const Program& program, const Step& step) {
    const c10::IValue& weight = program.constant(step.inputs[1]);
    const c10::IValue& padding = program.constant(step.inputs[4]);
    const c10::IValue& dilation = program.constant(step.inputs[5]);
    if (!weight.isTensor() || !padding.isIntList() || !dilation.isIntList()) return false;
    const auto pads = padding.toIntVector();
    const auto dilations = dilation.toIntVector();
    for (std::size_t i = 0; i < pads.size(); ++i)
        if (pads[i] > weight.toTensor().size(std::int64_t(2 + i)) - 1) return false;
    return std::all_of(dilations.begin(), dilations.end(), [](std::int64_t d) { return d == 1; });
}

bool drops_nothing(const Program& program, const Step& step) {
    return step.name == "aten::dropout" && program.constant(step.inputs[2]).isBool() && !program.constant(step.inputs[2]).toBool();
}

// Whether one of so many parameters, which follow the step's first input, is computed from others first: then faults reach this step as
// another value, not as rows of a parameter.
bool has_computed_parameter(const Step& step, std::size_t parameters, const std::vector<bool>& is_computed) {
    for (std::size_t i = 1; i <= parameters && i < step.inputs.size(); ++i)
        if (is_computed[std::size_t(step.inputs[i])]) return true;
    return false;
}

StepBehaviour behaviour_of(const Program& program, const Step& step, const std::vector<bool>& batch_slots,
                           const std::vector<bool>& is_computed) {
    const auto from_images = [&](std::size_t input) { return input < step.inputs.size() && batch_slots[std::size_t(step.inputs[input])]; };
    if (step.kind != StepKind::operation || !from_images(0)) return StepBehaviour::opaque;
    const bool own_weight = step.inputs.size() > 1 && !from_images(1) && program.constant(step.inputs[1]).isTensor() &&
                            !has_computed_parameter(step, 2, is_computed);
    if (is_one_of(step, {"aten::size", "aten::dim", "aten::len"})) return StepBehaviour::shape_only;
    if (is_convolution(step) && own_weight && has_one_group(program, step)) return StepBehaviour::convolution;
    if (step.name == "aten::linear" && own_weight) return StepBehaviour::linear;
    if (is_activation(step) || is_pooling(step) || drops_nothing(program, step)) return StepBehaviour::channelwise;
    if (step.name == "aten::batch_norm")
        return has_computed_parameter(step, 4, is_computed) ? StepBehaviour::opaque : StepBehaviour::batch_norm;
    if (step.name == "aten::add" && from_images(1)) return StepBehaviour::add;
    if (is_one_of(step, {"aten::flatten", "aten::view", "aten::reshape"})) return StepBehaviour::flatten;
    return StepBehaviour::opaque;
}

// Whether an image that is all NaN in one of the step's inputs is all NaN in its output.
bool keeps_nan(const Program& program, const Step& step, StepBehaviour behaviour) {
    switch (behaviour) {
        case StepBehaviour::convolution:
            return every_window_sees_the_image(program, step);
        case StepBehaviour::linear:
        case StepBehaviour::add:
        case StepBehaviour::flatten:
        case StepBehaviour::batch_norm:
            return true;
        case StepBehaviour::channelwise:
            return is_one_of(step, {"aten::relu", "aten::leaky_relu", "aten::dropout"}) || is_pooling(step);
        default:
            return false;
    }
}

// Whether NaN in all of an image's values in `from`, known before step `first`, makes all of its logits NaN.
bool floods(const Program& program, const std::vector<StepTraits>& traits, const std::unordered_set<std::size_t>& clipped, Slot from,
            std::size_t first) {
    std::unordered_set<Slot> flooded{from};
    for (std::size_t i = first; i < program.steps().size(); ++i) {
        const Step& step = program.steps()[i];
        if (clipped.contains(i) || !keeps_nan(program, step, traits[i].behaviour)) continue;
        const bool is_sum = traits[i].behaviour == StepBehaviour::add;
        if (flooded.contains(step.inputs[0]) || (is_sum && flooded.contains(step.inputs[1]))) flooded.insert(step.outputs[0]);
    }
    return flooded.contains(program.output_slot());
}

}  // namespace

std::vector<bool> find_batch_slots(const Program& program) {
    std::vector<bool> from_images(program.initial_frame().size(), false);
    from_images[std::size_t(program.input_slot())] = true;
    for (const Step& step : program.steps()) {
        // What a branch or a loop gives may depend on the images by way of its condition; no need to look inside.
        const bool depends = !step.blocks.empty() ||
                             std::any_of(step.inputs.begin(), step.inputs.end(), [&](Slot slot) { return from_images[std::size_t(slot)]; });
        for (Slot slot : step.outputs) from_images[std::size_t(slot)] = depends;
    }
    return from_images;
}

std::vector<StepTraits> find_step_traits(const Network& network, const Clipping& clipping, const SiteProtections* protections) {
    const Program& program = network.program();
    const std::vector<bool> batch_slots = find_batch_slots(program);
    std::unordered_set<std::size_t> clipped;
    std::unordered_set<std::size_t> whole;  // where channels differ
    for (std::size_t site = 0; site < network.sites().size(); ++site) {
        const std::size_t step = network.structure().sites[site].step;
        const ProtectedSite* own = protections ? protections->at(site) : nullptr;
        if (clipping.at(site) || own) clipped.insert(step);
        if (own && own->granularity != Granularity::layer) whole.insert(step);
    }

    std::vector<bool> is_computed(program.initial_frame().size(), false);
    for (const Step& step : program.steps())
        for (Slot slot : step.outputs) is_computed[std::size_t(slot)] = true;
    std::vector<StepTraits> traits(program.steps().size());
    for (std::size_t i = 0; i < traits.size(); ++i) {
        const Step& step = program.steps()[i];
        traits[i].behaviour = whole.contains(i) ? StepBehaviour::opaque : behaviour_of(program, step, batch_slots, is_computed);
        traits[i].may_equalise = is_activation(step) || is_pooling(step) || clipped.contains(i);
        for (Slot slot : program.alive_at(i + 1))
            if (batch_slots[std::size_t(slot)]) traits[i].alive_after.push_back(slot);
    }
    for (std::size_t i = 0; i < traits.size(); ++i) {
        const Step& step = program.steps()[i];
        if (step.outputs.size() != 1) continue;
        traits[i].output_nan_floods = floods(program, traits, clipped, step.outputs[0], i + 1);
        traits[i].input_nan_floods = traits[i].behaviour == StepBehaviour::linear && traits[i].output_nan_floods;
    }
    return traits;
}

}  // namespace clipscope
