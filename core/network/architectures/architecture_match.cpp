#include "network/architectures/architecture_match.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "common/error.h"
#include "network/architectures/architecture_error.h"
#include "network/architectures/architectures.h"
#include "network/training.h"

namespace clipscope {

namespace {

using torch::jit::Module;

constexpr std::size_t most_listed = 2;
constexpr std::size_t longest_name = 40;

std::string described(const std::string& name, const at::Tensor& tensor) {
    std::string text = name + " [";
    for (const std::int64_t size : tensor.sizes()) text += (text.ends_with('[') ? "" : ", ") + std::to_string(size);
    return text + "]";
}

// "18 tensors (conv1.weight [16, 3, 3, 3], conv1.bias [16], ...)"
std::string listed(const StateDictionary& tensors) {
    std::string text = std::to_string(tensors.size()) + (tensors.size() == 1 ? " tensor (" : " tensors (");
    for (std::size_t i = 0; i < std::min(tensors.size(), most_listed); ++i)
        text += (i == 0 ? "" : ", ") + described(tensors[i].first.substr(0, longest_name), tensors[i].second);
    return text + (tensors.size() <= most_listed ? ")" : ", ...)");
}

// Parameters and buffers of a module in the order in which Python lists them: a module's own before its parts'.
void list_tensors(const Module& module, const std::string& path, StateDictionary& tensors) {
    for (const auto& parameter : module.named_parameters(false)) tensors.emplace_back(path + parameter.name, parameter.value);
    for (const auto& buffer : module.named_buffers(false)) tensors.emplace_back(path + buffer.name, buffer.value);
    for (const auto& part : module.named_children()) list_tensors(part.value, path + part.name + ".", tensors);
}

struct Attempt {
    std::string name;
    Architecture network;
    StateDictionary targets;           // of the module
    std::vector<std::size_t> sources;  // of each target: which entry of the state
    StateDictionary missing;           // targets that nothing in the file fits
    StateDictionary left;              // what the file holds beyond them

    bool fits() const { return missing.empty() && left.empty(); }
};

class Matcher {
public:
    explicit Matcher(const StateDictionary& state) {
        for (const auto& entry : state)
            if (!entry.first.ends_with("num_batches_tracked")) state_.push_back(entry);
    }

    MatchedArchitecture match(const std::string& architecture) const {
        std::optional<Attempt> best;
        for (const std::string& name : architecture.empty() ? known_architectures() : std::vector{architecture}) {
            if (architecture.empty() && !may_have_tensors(name, state_.size())) continue;
            for (const ArchitectureForm& form : forms()) {
                Attempt attempt = attempt_at(name, form);
                if (attempt.fits()) return fill(attempt);
                const auto gaps = [](const Attempt& tried) { return tried.missing.size() + tried.left.size(); };
                if (!best || gaps(attempt) < gaps(*best)) best = std::move(attempt);
            }
        }
        std::string text = architecture.empty() ? "its state dictionary belongs to none of the built-in architectures; of the closest, "
                                                : "it does not fit ";
        text += best->name;
        if (!best->missing.empty()) text += ", it lacks " + listed(best->missing);
        if (!best->left.empty()) text += std::string(best->missing.empty() ? "," : " and") + " it has besides " + listed(best->left);
        throw ArchitectureError(text + "; save the network itself with torch.jit.trace(model.eval(), example).save(\"net.pt\")");
    }

private:
    // Channels and classes as the first convolution and the last linear layer have them.
    std::vector<ArchitectureForm> forms() const {
        ArchitectureForm form;
        constexpr std::int64_t most = 1'000'000;
        for (const auto& [name, tensor] : state_) {
            if (tensor.dim() == 4 && tensor.size(1) >= 1 && tensor.size(1) <= 16) {
                form.channels = int(tensor.size(1));
                break;
            }
        }
        for (const auto& [name, tensor] : state_)
            if (tensor.dim() == 2 && tensor.size(0) >= 1 && tensor.size(0) <= most) form.classes = int(tensor.size(0));
        for (const auto& [name, tensor] : state_)
            if (tensor.dim() >= 2) form.shapes.push_back(tensor.sizes().vec());
        form.tensors = state_.size();
        std::vector<ArchitectureForm> forms{form, form};
        forms[1].has_projections = true;
        forms[1].has_convolution_bias = false;
        return forms;
    }

    Attempt attempt_at(const std::string& name, const ArchitectureForm& form) const {
        Attempt attempt{name, build_architecture(name, form, std::nullopt), {}, {}, {}, {}};
        list_tensors(attempt.network.module, "", attempt.targets);
        match_by_name(attempt);
        if (!attempt.fits()) match_in_order(attempt);
        return attempt;
    }

    void match_by_name(Attempt& attempt) const {
        std::map<std::string, std::size_t> by_name;
        for (std::size_t i = 0; i < state_.size(); ++i) by_name[state_[i].first] = i;
        for (const auto& target : attempt.targets) {
            const auto found = by_name.find(target.first);
            const bool fits = found != by_name.end() && state_[found->second].second.sizes() == target.second.sizes();
            attempt.sources.push_back(fits ? found->second : 0);
            if (fits)
                by_name.erase(found);
            else
                attempt.missing.push_back(target);
        }
        for (const auto& [rest, index] : by_name) attempt.left.push_back(state_[index]);
    }

    // "running_mean" of "layer1.0.bn1.running_mean": a weight and a bias may have the same shape.
    static std::string role(const std::string& name) { return name.substr(name.rfind('.') + 1); }

    void match_in_order(Attempt& attempt) const {
        if (state_.size() != attempt.targets.size()) return;
        std::vector<std::size_t> sources;
        for (std::size_t i = 0; i < state_.size(); ++i) {
            const auto& [name, tensor] = state_[i];
            const auto& [target_name, target] = attempt.targets[i];
            if (tensor.sizes() != target.sizes() || role(name) != role(target_name)) return;
            sources.push_back(i);
        }
        attempt.sources = std::move(sources);
        attempt.missing.clear();
        attempt.left.clear();
    }

    MatchedArchitecture fill(const Attempt& attempt) const {
        const torch::NoGradGuard no_gradients;
        for (std::size_t i = 0; i < attempt.targets.size(); ++i) {
            at::Tensor target = attempt.targets[i].second;
            target.copy_(state_[attempt.sources[i]].second);
        }
        return {attempt.name, attempt.network.input, attempt.network.module};
    }

    StateDictionary state_;
};

}  // namespace

MatchedArchitecture match_architecture(const StateDictionary& state, const std::string& architecture) {
    return Matcher(state).match(architecture);
}

}  // namespace clipscope
