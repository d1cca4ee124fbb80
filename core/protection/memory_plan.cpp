#include "protection/memory_plan.h"

#include <map>
#include <string>

#include "common/error.h"
#include "network/layer_finder.h"
#include "network/program.h"
#include "protection/memory/word_protection.h"

namespace clipscope {
namespace {

class PlannedMemory : public ProtectedMemory {
public:
    explicit PlannedMemory(const Network& network) : network_(network.shared_from_this()) {}

    // False where the parameter is protected already.
    bool protect(std::size_t part, std::size_t parameter, const MemoryProtection& kind, const std::string& name) {
        const ParameterInfo& info = network_->memory_parts()[part].parameters[parameter];
        const auto [place, is_new] = parameters_.try_emplace(info.path);
        if (!is_new) return false;
        const std::size_t tensor = network_->structure().parts[part].tensors[parameter];
        Parameter& planned = place->second;
        planned.values = network_->program().tensors()[tensor].tensor.contiguous();
        planned.words =
            kind.protect(name, {{planned.values.data_ptr<float>(), std::size_t(planned.values.numel())}, network_->codec(tensor)});
        const CheckWords stored = planned.words->check_words();
        if (stored.bits == 0) return true;
        planned.check_words = {.path = info.path + "#" + stored.name,
                               .shape = {stored.words},
                               .elements = stored.words,
                               .word_bits = stored.bits,
                               .faulty_bits = faulty_check_bits(info, stored.bits),
                               .is_bias = info.is_bias,
                               .pattern = info.pattern};
        return true;
    }

    const WordProtection& words_of(const ParameterInfo& parameter) const { return *parameters_.at(parameter.path).words; }

    const ParameterInfo* check_words(const ParameterInfo& parameter) const override {
        const auto found = parameters_.find(parameter.path);
        return found == parameters_.end() || !found->second.check_words ? nullptr : &*found->second.check_words;
    }

    void read(const ParameterInfo& parameter, FaultKind kind, std::span<const FaultyCheckWord> check_words,
              std::vector<FaultyWord>& words) const override {
        const auto found = parameters_.find(parameter.path);
        if (found != parameters_.end()) found->second.words->read(kind, check_words, words);
    }

private:
    struct Parameter {
        at::Tensor values;
        std::unique_ptr<WordProtection> words;
        std::optional<ParameterInfo> check_words{};
    };

    // Where only chosen bits of the words may be faulty, check bits are none of them.
    static std::uint32_t faulty_check_bits(const ParameterInfo& info, int bits) {
        const std::uint32_t whole = word_mask(info.word_bits);
        return (info.faulty_bits & whole) == whole ? word_mask(bits) : 0;
    }

    std::shared_ptr<const Network> network_;
    std::map<std::string, Parameter> parameters_;  // by path
};

// Where the choice is for all layers: those that no other one names.
std::vector<std::size_t> parts_for(const Network& network, const std::vector<MemoryChoice>& choices, const MemoryChoice& choice) {
    const std::vector<LayerInfo>& parts = network.memory_parts();
    std::vector<std::size_t> chosen;
    for (const std::string& name : choice.layers) {
        const auto found = std::ranges::find_if(parts, [&](const LayerInfo& part) { return part.name == name; });
        if (found == parts.end() || found->part == MemoryPart::threshold)
            throw UsageError("'" + name + "' is no layer whose words can be protected: name one of the network's, as in " + choice.name +
                             "@" + network.layers().front().name + ".");
        chosen.push_back(std::size_t(found - parts.begin()));
    }
    if (!choice.layers.empty()) return chosen;
    for (std::size_t part = 0; part < network.layers().size(); ++part)
        if (std::ranges::none_of(choices, [&](const MemoryChoice& other) {
                return std::ranges::find(other.layers, parts[part].name) != other.layers.end();
            }))
            chosen.push_back(part);
    return chosen;
}

}  // namespace

void check_memory_choices(const Network& network, const std::vector<MemoryChoice>& choices) {
    for (const MemoryChoice& choice : choices) parts_for(network, choices, choice);
}

MemoryPlan plan_memory(const Network& network, const std::vector<MemoryChoice>& choices) {
    if (choices.empty()) return {};
    const auto memory = std::make_shared<PlannedMemory>(network);
    MemoryPlan plan;
    for (const MemoryChoice& choice : choices) {
        const MemoryProtection& kind = *find_memory_protection(choice.name);
        for (const std::size_t part : parts_for(network, choices, choice)) {
            const std::vector<ParameterInfo>& parameters = network.memory_parts()[part].parameters;
            for (std::size_t i = 0; i < parameters.size(); ++i) {
                if (!memory->protect(part, i, kind, choice.name)) continue;
                plan.cost.operations_an_image +=
                    kind.operations_a_word(choice.name, parameters[i].word_bits) * double(parameters[i].elements);
                const WordProtection& words = memory->words_of(parameters[i]);
                const CheckWords check = words.check_words();
                plan.cost.check_bits += check.words * check.bits;
                plan.parameters.push_back({.layer = network.memory_parts()[part].name,
                                           .path = parameters[i].path,
                                           .protection = choice.name,
                                           .words = parameters[i].elements,
                                           .check_words = check.words,
                                           .check_bits = check.bits,
                                           .constants = words.constants()});
            }
        }
    }
    plan.memory = memory;
    return plan;
}

}  // namespace clipscope
