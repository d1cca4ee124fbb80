#include "network/layer_finder.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>

namespace clipscope {

namespace {

// Which input of a computational operation is its weight and which its bias; -1 where there is none.
struct LayerOperation {
    std::string_view name;
    std::string_view label;  // "CONV" or "FC"
    int weight;
    int bias;
};

constexpr std::array layer_operations{
    LayerOperation{"aten::_convolution", "CONV", 1, 2},
    LayerOperation{"aten::convolution", "CONV", 1, 2},
    LayerOperation{"aten::conv1d", "CONV", 1, 2},
    LayerOperation{"aten::conv2d", "CONV", 1, 2},
    LayerOperation{"aten::conv3d", "CONV", 1, 2},
    LayerOperation{"aten::conv_transpose2d", "CONV", 1, 2},
    // padding="same", as traced
    LayerOperation{"aten::_convolution_mode", "CONV", 1, 2},
    LayerOperation{"aten::linear", "FC", 1, 2},
    LayerOperation{"aten::addmm", "FC", 2, 0},
    LayerOperation{"aten::matmul", "FC", 1, -1},
    LayerOperation{"aten::mm", "FC", 1, -1},
};

constexpr std::array<std::string_view, 19> activation_names{
    "relu", "relu6", "leaky_relu", "prelu",     "rrelu",       "elu",      "selu",     "celu",     "gelu",       "silu",
    "mish", "tanh",  "sigmoid",    "hardswish", "hardsigmoid", "hardtanh", "softplus", "softsign", "log_sigmoid"};

// "relu" for "aten::relu" and "aten::relu_" alike; empty where the operation is no activation.
std::string activation_kind(std::string_view operation) {
    if (!operation.starts_with("aten::")) return {};
    operation.remove_prefix(6);
    if (operation.ends_with('_')) operation.remove_suffix(1);
    return std::find(activation_names.begin(), activation_names.end(), operation) == activation_names.end() ? std::string{}
                                                                                                            : std::string(operation);
}

std::string without_suffix(const std::string& path, std::string_view suffix) {
    return path.ends_with(suffix) ? path.substr(0, path.size() - suffix.size()) : path;
}

class Finder {
public:
    explicit Finder(const Program& program) : program_(program) {
        for (std::size_t i = 0; i < program.tensors().size(); ++i) tensor_by_slot_[program.tensors()[i].slot] = i;
    }

    FoundStructure find() {
        for (std::size_t i = 0; i < program_.steps().size(); ++i) visit(program_.steps()[i], i, true);
        found_.layer_count = found_.parts.size();
        std::move(batch_norms_.begin(), batch_norms_.end(), std::back_inserter(found_.parts));
        for (std::size_t site = 0; site < found_.sites.size(); ++site)
            if (found_.sites[site].is_top_level) add_threshold(site);
        find_first_readers();
        return std::move(found_);
    }

private:
    // A parameter may be read before the operation that it belongs to, by a step that transposes it, say.
    void find_first_readers() {
        std::map<Slot, std::size_t> first;
        for (std::size_t i = 0; i < program_.steps().size(); ++i)
            for (Slot slot : slots_read_by(program_.steps()[i])) first.try_emplace(slot, i);
        for (FoundPart& part : found_.parts)
            for (std::size_t tensor : part.tensors)
                if (const auto reader = first.find(program_.tensors()[tensor].slot); reader != first.end())
                    part.first_step = std::min(part.first_step, reader->second);
    }

    void visit(const Step& step, std::size_t position, bool is_top_level) {
        for (Slot slot : step.outputs) maker_[slot] = &step;
        follow_views_of_parameters(step);
        add_layer(step, position);
        add_batch_norm(step, position);
        std::set<std::size_t> feeding;  // layers whose output reaches this step's inputs without passing a site
        for (Slot slot : step.inputs)
            if (const auto reached = reaching_.find(slot); reached != reaching_.end())
                feeding.insert(reached->second.begin(), reached->second.end());
        for (const Block& block : step.blocks) {
            pass_into(step, block);
            for (const Step& inner : block.steps) visit(inner, position, false);
            for (Slot slot : block.outputs)
                if (const auto reached = reaching_.find(slot); reached != reaching_.end())
                    feeding.insert(reached->second.begin(), reached->second.end());
        }
        if (const auto layer = layer_of_step_.find(&step); layer != layer_of_step_.end()) feeding.insert(layer->second);
        if (std::optional<FoundSite> site = site_at(step)) {
            site->step = position;
            site->is_top_level = site->info.can_be_clipped = is_top_level;
            add_site(std::move(*site), step, feeding);
            feeding.clear();
        } else if (clips_known_site(step, position)) {
            feeding.clear();
        }
        for (Slot slot : step.outputs) reaching_[slot] = feeding;
    }

    // Values carried into a loop keep what reaches them.
    void pass_into(const Step& step, const Block& block) {
        if (step.kind != StepKind::loop) return;
        for (std::size_t i = 1; i < block.inputs.size() && i + 1 < step.inputs.size(); ++i)
            if (const auto reached = reaching_.find(step.inputs[i + 1]); reached != reaching_.end())
                reaching_[block.inputs[i]] = reached->second;
    }

    // A transposed or reshaped parameter is still that parameter (older exports write x·Wᵀ as t and addmm).
    void follow_views_of_parameters(const Step& step) {
        if (step.name != "aten::t" && step.name != "aten::transpose" && step.name != "aten::detach") return;
        if (const auto tensor = tensor_by_slot_.find(step.inputs[0]); tensor != tensor_by_slot_.end())
            tensor_by_slot_[step.outputs[0]] = tensor->second;
    }

    std::optional<std::size_t> tensor_at(const Step& step, int input) const {
        if (input < 0 || std::size_t(input) >= step.inputs.size()) return std::nullopt;
        const auto tensor = tensor_by_slot_.find(step.inputs[std::size_t(input)]);
        return tensor == tensor_by_slot_.end() ? std::nullopt : std::optional(tensor->second);
    }

    void add_layer(const Step& step, std::size_t position) {
        const auto operation = std::find_if(layer_operations.begin(), layer_operations.end(),
                                            [&](const LayerOperation& known) { return known.name == step.name; });
        if (operation == layer_operations.end()) return;
        const auto weight = tensor_at(step, operation->weight);
        if (!weight) return;
        if (const auto known = layer_by_weight_.find(*weight); known != layer_by_weight_.end()) {  // one weight used twice is one layer
            layer_of_step_[&step] = known->second;
            return;
        }
        FoundPart layer;
        layer.first_step = position;
        layer.info.name = std::string(operation->label) + "-" + std::to_string(++counts_[operation->label]);
        layer.info.path = without_suffix(program_.tensors()[*weight].path, ".weight");
        layer.info.kind = operation->label == "FC" ? "Linear" : convolution_kind(program_.tensors()[*weight].tensor);
        layer.info.shape = program_.tensors()[*weight].tensor.sizes().vec();
        add_parameter(layer, *weight);
        if (const auto bias = tensor_at(step, operation->bias)) add_parameter(layer, *bias);
        layer_by_weight_[*weight] = layer_of_step_[&step] = found_.parts.size();
        found_.parts.push_back(std::move(layer));
    }

    static std::string convolution_kind(const at::Tensor& weight) { return "Conv" + std::to_string(weight.dim() - 2) + "d"; }

    void add_parameter(FoundPart& part, std::size_t index) {
        const NamedTensor& named = program_.tensors()[index];
        part.tensors.push_back(index);
        add_parameter(part, {named.path, named.tensor.sizes().vec(), named.tensor.numel()});
    }

    static void add_parameter(FoundPart& part, const ParameterInfo& parameter) {
        part.info.parameters.push_back(parameter);
        part.info.parameter_count += parameter.elements;
        part.info.bits += parameter.elements * parameter.word_bits;
    }

    // One module called twice is one batch norm.
    void add_batch_norm(const Step& step, std::size_t position) {
        if (step.name != "aten::batch_norm") return;
        FoundPart norm;
        for (const int input : {1, 2, 3, 4})
            if (const auto tensor = tensor_at(step, input)) add_parameter(norm, *tensor);
        if (norm.tensors.empty() || !known_batch_norms_.insert(norm.tensors.front()).second) return;
        const ParameterInfo& first = norm.info.parameters.front();
        norm.info.name = "BN-" + std::to_string(batch_norms_.size() + 1);
        norm.info.path = without_suffix(without_suffix(first.path, ".weight"), ".running_mean");
        norm.info.kind = "BatchNorm";
        norm.info.shape = first.shape;
        norm.info.part = MemoryPart::batch_norm;
        norm.first_step = position;
        batch_norms_.push_back(std::move(norm));
    }

    // One number a site, wherever the file may keep it; no path of a module's holds a dash.
    void add_threshold(std::size_t index) {
        const FoundSite& site = found_.sites[index];
        FoundPart threshold;
        threshold.info.name = site.info.name;
        threshold.info.path = site.info.path;
        threshold.info.kind = "Threshold";
        threshold.info.part = MemoryPart::threshold;
        threshold.info.is_stored = site.info.threshold.has_value();
        threshold.first_step = site.step;
        threshold.site = index;
        add_parameter(threshold, {site.info.name + ".threshold", {}, 1});
        found_.parts.push_back(std::move(threshold));
    }

    std::optional<FoundSite> site_at(const Step& step) const {
        FoundSite site;
        site.info.kind = activation_kind(step.name);
        if (!site.info.kind.empty()) {
            site.input_slot = step.inputs[0];
            if (site.info.kind == "leaky_relu") site.slope = float(number_at(step.inputs[1]).value_or(0.01));
            return site;
        }
        if (step.name != "aten::where" || step.inputs.size() != 3) return std::nullopt;
        return clipped_relu_at(step);
    }

    // How hardened files spell clipped activations: where((x >= 0) & (x <= T), x, 0) for ReLU, with where((l < 0) & (l >= -T), l, 0) for
    // l = x * slope in place of the 0 for leaky ReLU.
    std::optional<FoundSite> clipped_relu_at(const Step& step) const {
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

    // where(abs(y) <= T, y, 0) after a site that puts out y, as hardened files spell every other activation: the site ends here.
    bool clips_known_site(const Step& step, std::size_t position) {
        if (step.name != "aten::where" || step.inputs.size() != 3 || number_at(step.inputs[2]) != 0.0) return false;
        const Step* limit = maker_of(step.inputs[0], {"aten::le"});
        const Step* magnitude = limit ? maker_of(limit->inputs[0], {"aten::abs"}) : nullptr;
        const std::optional<double> threshold = limit ? number_at(limit->inputs[1]) : std::nullopt;
        if (!magnitude || !threshold || magnitude->inputs[0] != step.inputs[1]) return false;
        const auto site = std::find_if(found_.sites.begin(), found_.sites.end(),
                                       [&](const FoundSite& known) { return known.output_slot == step.inputs[1]; });
        if (site == found_.sites.end()) return false;
        site->info.threshold = float(*threshold);
        site->clips_output = true;
        site->step = position;
        site->input_slot = step.inputs[1];
        site->output_slot = step.outputs[0];
        return true;
    }

    // first_operation(values, first) & second_operation(values, second).
    struct Limits {
        Slot values = 0;
        double first = 0;
        double second = 0;
    };
    std::optional<Limits> limits_at(Slot slot, std::string_view first_operation, std::string_view second_operation) const {
        const Step* both = maker_of(slot, {"aten::__and__", "aten::logical_and", "aten::bitwise_and"});
        const Step* first = both ? maker_of(both->inputs[0], {first_operation}) : nullptr;
        const Step* second = both ? maker_of(both->inputs[1], {second_operation}) : nullptr;
        if (!first || !second || first->inputs[0] != second->inputs[0]) return std::nullopt;
        const std::optional<double> first_number = number_at(first->inputs[1]), second_number = number_at(second->inputs[1]);
        if (!first_number || !second_number) return std::nullopt;
        return Limits{first->inputs[0], *first_number, *second_number};
    }

    const Step* maker_of(Slot slot, std::initializer_list<std::string_view> names) const {
        const auto maker = maker_.find(slot);
        if (maker == maker_.end() || std::find(names.begin(), names.end(), maker->second->name) == names.end()) return nullptr;
        return maker->second;
    }

    // A constant number, also as a tensor of one element that is compared with float32 numbers as one of them.
    std::optional<double> number_at(Slot slot) const {
        const c10::IValue& value = program_.constant(slot);
        if (value.isDouble()) return value.toDouble();
        if (value.isInt()) return double(value.toInt());
        if (value.isTensor() && value.toTensor().numel() == 1 && value.toTensor().is_floating_point() &&
            (value.toTensor().dim() == 0 || value.toTensor().scalar_type() == at::kFloat))
            return value.toTensor().item<double>();
        return std::nullopt;
    }

    void add_site(FoundSite site, const Step& step, const std::set<std::size_t>& feeding) {
        site.output_slot = step.outputs[0];
        site.info.name = "ACT-" + std::to_string(found_.sites.size() + 1);
        site.info.path = step.module_path;
        for (std::size_t layer : feeding) site.info.fed_by.push_back(found_.parts[layer].info.name);
        found_.sites.push_back(std::move(site));
    }

    const Program& program_;
    FoundStructure found_;
    std::vector<FoundPart> batch_norms_;
    std::set<std::size_t> known_batch_norms_;  // by their first tensor
    std::unordered_map<Slot, std::size_t> tensor_by_slot_;
    std::unordered_map<std::size_t, std::size_t> layer_by_weight_;
    std::unordered_map<const Step*, std::size_t> layer_of_step_;
    std::unordered_map<Slot, const Step*> maker_;
    std::unordered_map<Slot, std::set<std::size_t>> reaching_;
    std::unordered_map<std::string_view, int> counts_;
};

}  // namespace

FoundStructure find_layers_and_sites(const Program& program) {
    return Finder(program).find();
}

}  // namespace clipscope
