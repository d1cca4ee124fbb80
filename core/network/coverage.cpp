#include "network/coverage.h"

#include <torch/script.h>

#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>

#include "common/number_text.h"
#include "network/layer_finder.h"
#include "network/program.h"

namespace clipscope {

namespace {

// What a tensor of this part is counted under, and the scope that reaches it.
std::pair<std::string, std::string> account_of(MemoryPart part) {
    switch (part) {
        case MemoryPart::batch_norm:
            return {"batch norm", "batch-norm"};
        case MemoryPart::norm:
            return {"norm", "norm"};
        case MemoryPart::activation:
            return {"parameter of an activation", "prelu"};
        case MemoryPart::threshold:
            return {"threshold", "thresholds"};
        case MemoryPart::layer:
        case MemoryPart::other:
            break;
    }
    return {"belongs to no layer", "other"};
}

struct Kind {
    std::string name;
    std::int64_t values = 0;
};

// What the computational layers do not hold, without the tensors of these paths.
std::vector<Kind> kinds_of(const Coverage& coverage, const std::set<std::string>& without) {
    std::vector<Kind> kinds;
    for (const UnreachedTensor& tensor : coverage.not_reached) {
        if (without.contains(tensor.path)) continue;
        const std::string name = tensor.why + (tensor.scope.empty() ? "" : ": scope " + tensor.scope);
        const auto known = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) { return kind.name == name; });
        if (known == kinds.end())
            kinds.push_back({name, tensor.elements});
        else
            known->values += tensor.elements;
    }
    return kinds;
}

std::string text_of(std::int64_t reached, std::int64_t stored, const std::vector<Kind>& kinds) {
    if (kinds.empty()) return {};
    std::string text = "faults reach " + grouped_text(reached) + " of " + grouped_text(stored) + " stored values; not reached: ";
    for (std::size_t i = 0; i < kinds.size(); ++i) text += (i == 0 ? "" : ", ") + grouped_text(kinds[i].values) + " (" + kinds[i].name + ")";
    return text;
}

}  // namespace

Coverage find_coverage(const Program& program, const FoundStructure& structure, const torch::jit::Module& module) {
    Coverage coverage;
    std::unordered_set<const void*> counted;  // by where they lie: what two paths share is one tensor
    std::set<std::size_t> reached;
    const auto is_new = [&](const at::Tensor& tensor) { return tensor.numel() > 0 && counted.insert(tensor.data_ptr()).second; };
    for (std::size_t part = 0; part < structure.parts.size(); ++part)
        for (const std::size_t index : structure.parts[part].tensors) {
            const NamedTensor& named = program.tensors()[index];
            if (!reached.insert(index).second || !is_new(named.tensor)) continue;
            coverage.stored_values += named.tensor.numel();
            if (part < structure.layer_count) {
                coverage.reached_by_network += named.tensor.numel();
            } else {
                auto [why, scope] = account_of(structure.parts[part].info.part);
                coverage.not_reached.push_back({named.path, named.tensor.numel(), std::move(why), std::move(scope)});
            }
        }
    // What is read and belongs to no part of its own is a number that a site is clipped at.
    for (const NamedTensor& named : program.tensors())
        if (named.tensor.is_floating_point() && is_new(named.tensor)) {
            auto [why, scope] = account_of(MemoryPart::threshold);
            coverage.stored_values += named.tensor.numel();
            coverage.not_reached.push_back({named.path, named.tensor.numel(), std::move(why), std::move(scope)});
        }
    const auto add_unread = [&](const std::string& path, const at::Tensor& tensor) {
        if (!tensor.defined() || !tensor.is_floating_point() || !is_new(tensor)) return;
        coverage.stored_values += tensor.numel();
        coverage.not_reached.push_back({path, tensor.numel(), "not read by the network", {}});
    };
    for (const auto& parameter : module.named_parameters()) add_unread(parameter.name, parameter.value);
    for (const auto& buffer : module.named_buffers()) add_unread(buffer.name, buffer.value);
    return coverage;
}

std::string coverage_text(const Coverage& coverage) {
    return text_of(coverage.reached_by_network, coverage.stored_values, kinds_of(coverage, {}));
}

std::string reach_text(const Coverage& coverage, const std::vector<LayerInfo>& parts, std::span<const std::size_t> scope) {
    std::set<std::string> paths;
    std::int64_t reached = 0;
    for (const std::size_t part : scope) {
        if (parts[part].part == MemoryPart::threshold) continue;
        for (const ParameterInfo& parameter : parts[part].parameters)
            if (paths.insert(parameter.path).second) reached += parameter.elements;
    }
    std::vector<Kind> kinds = kinds_of(coverage, paths);
    std::int64_t elsewhere = coverage.stored_values - reached;
    for (const Kind& kind : kinds) elsewhere -= kind.values;
    if (elsewhere > 0) kinds.insert(kinds.begin(), Kind{"layers outside the scope", elsewhere});
    return text_of(reached, coverage.stored_values, kinds);
}

}  // namespace clipscope
