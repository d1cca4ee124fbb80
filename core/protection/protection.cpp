#include "protection/protection.h"

#include <algorithm>
#include <iterator>

#include "common/error.h"
#include "common/text_list.h"
#include "protection/activation/activation_kinds.h"
#include "protection/memory/word_protection.h"

namespace clipscope {
namespace {

// Takes the suffix off the name.
bool drop_suffix(std::string& name, std::string_view suffix) {
    if (!name.ends_with(suffix)) return false;
    name.resize(name.size() - suffix.size());
    return true;
}

std::optional<ActivationChoice> activation_choice(std::string name) {
    ActivationChoice choice;
    if (drop_suffix(name, "-channel"))
        choice.granularity = Granularity::channel;
    else if (drop_suffix(name, "-neuron"))
        choice.granularity = Granularity::neuron;
    else if (drop_suffix(name, "-tuned"))
        choice.is_tuned = true;
    else if (name == Protection::clip_actmax.id)
        name = "clip";
    const ActivationKind* kind = find_activation_kind(name);
    if (!kind) return std::nullopt;
    const bool has_choice = kind->bounds > 0 && !kind->is_trained;
    if (!has_choice && (choice.is_tuned || choice.granularity != Granularity::layer)) return std::nullopt;
    if (kind->is_trained) choice.granularity = Granularity::neuron;
    choice.kind = name;
    return choice;
}

std::string list_of_names() {
    std::vector<std::string> names = {"none"};
    for (const ActivationKind& kind : activation_kinds()) names.emplace_back(kind.id);
    for (const MemoryProtection* kind : memory_protections()) names.push_back(kind->form());
    return joined(names);
}

[[noreturn]] void fail(const std::string& text) {
    throw UsageError("'" + text + "' is not a protection: choose among " + list_of_names() +
                     ", several joined by a plus (guard+clip), on chosen layers or sites after @ (guard@FC-1/CONV-2).");
}

void check_together(const ProtectionParts& parts, const std::string& text) {
    for (std::size_t i = 0; i < parts.memory.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const auto& one = parts.memory[i].layers;
            const auto& other = parts.memory[j].layers;
            const bool share = std::ranges::any_of(one, [&](const auto& layer) { return std::ranges::find(other, layer) != other.end(); });
            if (share || (one.empty() && other.empty()))
                throw UsageError("'" + text + "' protects the same words twice: name other layers for one of the two, as in guard@FC-1.");
        }
}

}  // namespace

std::string to_string(Granularity granularity) {
    switch (granularity) {
        case Granularity::layer:
            return "layer";
        case Granularity::channel:
            return "channel";
        case Granularity::neuron:
            return "neuron";
    }
    return {};
}

std::string to_string(const Protection& protection) {
    return protection.id;
}

ProtectionParts parts_of(const Protection& protection) {
    ProtectionParts parts;
    if (protection == Protection::none) return parts;
    for (const std::string& part : split_list(protection.id, '+')) {
        const std::size_t at = part.find('@');
        const std::string name = part.substr(0, at);
        std::vector<std::string> places;
        if (at != std::string::npos) places = split_list(part.substr(at + 1), '/');
        if (std::ranges::find(places, "") != places.end()) fail(protection.id);
        if (auto activation = activation_choice(name)) {
            if (parts.activation) throw UsageError("'" + protection.id + "' protects activations twice: choose one of the two.");
            parts.activation = std::move(activation);
            parts.activation->sites = places;
        } else if (find_memory_protection(name)) {
            parts.memory.push_back({name, places});
        } else {
            fail(protection.id);
        }
    }
    check_together(parts, protection.id);
    return parts;
}

std::string check_words_of(const Protection& protection) {
    std::string text;
    for (const MemoryChoice& choice : parts_of(protection).memory) {
        if (!find_memory_protection(choice.name)->stores_check_words()) continue;
        text += choice.name;
        for (const std::string& layer : choice.layers) text += "@" + layer;
        text += ";";
    }
    return text;
}

Protection protection_from_string(const std::string& text) {
    Protection protection{text};
    parts_of(protection);
    return protection;
}

std::vector<Protection> protections_from_list(const std::string& text) {
    std::vector<Protection> protections;
    for (const std::string& one : split_list(text, ',')) {
        const Protection protection = protection_from_string(one);
        if (std::ranges::find(protections, protection) == protections.end()) protections.push_back(protection);
    }
    return protections;
}

std::vector<ProtectionExample> protection_examples() {
    std::vector<ProtectionExample> examples = {{"none", "the network as it is"}};
    for (const ActivationKind& kind : activation_kinds()) {
        const std::string id(kind.id);
        examples.push_back({id, kind.summary});
        if (kind.bounds == 0 || kind.is_trained) continue;
        examples.push_back({id + "-channel", std::string(kind.summary) + ", with bounds of each channel"});
        examples.push_back({id + "-neuron", std::string(kind.summary) + ", with bounds of each neuron"});
    }
    std::ranges::copy(memory_protection_examples(), std::back_inserter(examples));
    return examples;
}

std::vector<ProtectionExample> memory_protection_examples() {
    std::vector<ProtectionExample> examples;
    for (const MemoryProtection* kind : memory_protections())
        for (const std::string& id : kind->examples()) examples.push_back({id, kind->summary()});
    return examples;
}

Protection protection_of_layers(const std::vector<ProtectedLayer>& layers) {
    std::vector<MemoryChoice> choices;  // in the order of their first layers
    for (const ProtectedLayer& one : layers) {
        if (one.name.empty()) continue;
        auto own = std::ranges::find(choices, one.name, &MemoryChoice::name);
        if (own == choices.end()) own = choices.insert(choices.end(), {one.name, {}});
        own->layers.push_back(one.layer);
    }
    if (choices.empty()) return Protection::none;
    if (choices.size() == 1 && choices.front().layers.size() == layers.size()) return {choices.front().name};
    std::string text;
    for (const MemoryChoice& choice : choices) {
        text += (text.empty() ? "" : "+") + choice.name;
        for (std::size_t i = 0; i < choice.layers.size(); ++i) text += (i == 0 ? "@" : "/") + choice.layers[i];
    }
    return {text};
}

std::string protections_help() {
    std::string text = "  none: as it is\n";
    for (const ActivationKind& kind : activation_kinds())
        text += "  " + std::string(kind.id) + (kind.bounds > 0 && !kind.is_trained ? "[-channel|-neuron|-tuned]" : "") + ": " +
                kind.summary + "\n";
    for (const MemoryProtection* kind : memory_protections()) text += "  " + kind->form() + ": " + kind->summary() + "\n";
    return text;
}

}  // namespace clipscope
