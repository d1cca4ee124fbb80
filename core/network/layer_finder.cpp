#include "network/layer_finder.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>

#include "common/error.h"
#include "network/gated_activations.h"
#include "network/part_finder.h"
#include "network/spelt_activations.h"
#include "network/stored_values.h"

namespace clipscope {

namespace {

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

class Finder {
public:
    explicit Finder(const Program& program)
        : program_(program),
          values_(program),
          memory_(program, values_),
          spelt_(program, values_, [this](const Step& step) { return memory_.layer_of(step).has_value(); }),
          gated_(values_, [this](Slot slot) { return spelt_.number_at(slot); }) {}

    FoundStructure find() {
        for (std::size_t i = 0; i < program_.steps().size(); ++i) visit(program_.steps()[i], i, true);
        found_.parts = memory_.layers();
        found_.layer_count = found_.parts.size();
        const auto append = [&](const std::vector<FoundPart>& parts) {
            found_.parts.insert(found_.parts.end(), parts.begin(), parts.end());
        };
        append(memory_.batch_norms());
        for (std::size_t site = 0; site < found_.sites.size(); ++site) {
            name_feeding_layers(site);
            if (found_.sites[site].is_top_level) add_threshold(site);
        }
        append(memory_.others());
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
        values_.follow(step);
        memory_.visit(step, position);
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
        if (const auto layer = memory_.layer_of(step)) feeding.insert(*layer);
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
        threshold.info.parameters.push_back({site.info.name + ".threshold", {}, 1});
        threshold.info.parameter_count = 1;
        threshold.info.bits = threshold.info.parameters.front().word_bits;
        found_.parts.push_back(std::move(threshold));
    }

    std::optional<FoundSite> site_at(const Step& step) const {
        FoundSite site;
        site.info.kind = activation_kind(step.name);
        if (site.info.kind.empty()) {
            const std::optional<FoundSite> spelt = spelt_.find(step);
            return spelt ? spelt : gated_.find(step);
        }
        if (gated_.is_gate(step)) return std::nullopt;
        site.input_slot = step.inputs[0];
        if (site.info.kind == "leaky_relu") site.slope = float(spelt_.number_at(step.inputs[1]).value_or(0.01));
        return site;
    }

    // where(abs(y) <= T, y, 0) after a site that puts out y, as hardened files spell every other activation and ONNX all of them: the site
    // ends here.
    bool clips_known_site(const Step& step, std::size_t position) {
        if (step.inputs.size() < 2) return false;
        const auto site = std::find_if(found_.sites.begin(), found_.sites.end(),
                                       [&](const FoundSite& known) { return known.output_slot == step.inputs[1]; });
        if (site == found_.sites.end()) return false;
        const std::optional<float> threshold = spelt_.magnitude_threshold(step, is_never_negative(site->info));
        if (!threshold) return false;
        site->info.threshold = *threshold;
        site->clips_output = true;
        site->step = position;
        site->input_slot = step.inputs[1];
        site->output_slot = step.outputs[0];
        return true;
    }

    void add_site(FoundSite site, const Step& step, const std::set<std::size_t>& feeding) {
        site.output_slot = step.outputs[0];
        site.info.name = "ACT-" + std::to_string(found_.sites.size() + 1);
        site.info.path = step.module_path;
        fed_by_.push_back(feeding);
        found_.sites.push_back(std::move(site));
    }

    void name_feeding_layers(std::size_t site) {
        for (const std::size_t layer : fed_by_[site]) found_.sites[site].info.fed_by.push_back(memory_.layers()[layer].info.name);
    }

    const Program& program_;
    StoredValues values_;
    PartFinder memory_;
    SpeltActivations spelt_;
    GatedActivations gated_;
    FoundStructure found_;
    std::vector<std::set<std::size_t>> fed_by_;  // by site
    std::unordered_map<Slot, std::set<std::size_t>> reaching_;
};

}  // namespace

void check_top_level(const FoundSite& site) {
    if (!site.is_top_level)
        throw UsageError(site.info.name +
                         " lies inside a branch or a loop of the network and cannot be clipped: export the network with torch.jit.trace.");
}

bool is_never_negative(const SiteInfo& site) {
    return site.kind == "relu" || site.kind == "relu6";
}

FoundStructure find_layers_and_sites(const Program& program) {
    return Finder(program).find();
}

}  // namespace clipscope
