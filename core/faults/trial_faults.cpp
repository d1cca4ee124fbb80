#include "faults/trial_faults.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include "common/error.h"
#include "common/random_words.h"
#include "faults/protected_memory.h"

namespace clipscope {

namespace {

std::int64_t count_marks_below(const ParameterFaults& parameter, double rate) {
    return std::count_if(parameter.bits.begin(), parameter.bits.end(), [&](const MarkedBit& bit) { return bit.mark < rate; });
}

bool is_before(const MarkedBit& first, const MarkedBit& second) {
    return std::pair(first.position, first.mark) < std::pair(second.position, second.mark);
}

// All bits of the patterns that begin at these bits, ascending, each once with its lowest mark.
std::vector<MarkedBit> with_patterns(std::vector<MarkedBit> first_bits, const ParameterInfo& parameter) {
    if (parameter.pattern == FaultPattern{}) return first_bits;
    std::vector<MarkedBit> bits;
    for (const MarkedBit& first : first_bits)
        for (const std::uint64_t position : pattern_bits(parameter, first.position)) bits.push_back({position, first.mark});
    std::sort(bits.begin(), bits.end(), is_before);
    const auto is_same = [](const MarkedBit& one, const MarkedBit& other) { return one.position == other.position; };
    bits.erase(std::unique(bits.begin(), bits.end(), is_same), bits.end());
    return bits;
}

std::vector<MarkedBit> draw_parameter_bits(std::uint64_t seed, std::uint64_t trial, const ParameterInfo& parameter, double max_rate) {
    if (count_fault_places(parameter) == 0) return {};
    auto bits =
        draw_marked_bits(seed, trial, parameter.path, std::uint64_t(parameter.elements) * std::uint64_t(parameter.word_bits), max_rate);
    // Filtered afterwards, so that a bit's mark does not depend on which others are chosen.
    std::erase_if(bits, [&](const MarkedBit& bit) { return !is_fault_place(parameter, bit.position); });
    return with_patterns(std::move(bits), parameter);
}

}  // namespace

std::int64_t TrialFaults::count_below(double rate) const {
    std::int64_t count = 0;
    for (const auto* kind : {&parameters, &check_bits})
        for (const ParameterFaults& parameter : *kind) count += count_marks_below(parameter, rate);
    return count;
}

std::size_t TrialFaults::first_faulty_layer(double rate, std::size_t layer_count) const {
    std::size_t first = layer_count;
    for (const auto* kind : {&parameters, &check_bits})
        for (const ParameterFaults& parameter : *kind)
            if (parameter.layer < first && count_marks_below(parameter, rate) > 0) first = parameter.layer;
    return first;
}

std::vector<TrialFaults::OfParameter> TrialFaults::by_parameter() const {
    std::vector<OfParameter> all;
    for (const ParameterFaults& parameter : parameters) all.push_back({{parameter.layer, parameter.parameter}, parameter.bits, {}});
    for (const ParameterFaults& parameter : check_bits) {
        const ParameterPlace place(parameter.layer, parameter.parameter);
        const auto known = std::ranges::find(all, place, &OfParameter::place);
        if (known == all.end())
            all.push_back({place, {}, parameter.bits});
        else
            known->check_bits = parameter.bits;
    }
    if (!check_bits.empty()) std::ranges::sort(all, {}, &OfParameter::place);
    return all;
}

std::vector<ParameterPlace> parameters_in(const std::vector<LayerInfo>& layers, std::span<const std::size_t> scope) {
    std::vector<ParameterPlace> places;
    std::unordered_set<std::string> seen;
    for (const std::size_t layer : scope)
        for (std::size_t i = 0; i < layers[layer].parameters.size(); ++i)
            if (seen.insert(layers[layer].parameters[i].path).second) places.emplace_back(layer, i);
    return places;
}

TrialFaults draw_trial_faults(std::uint64_t seed, std::uint64_t trial, const std::vector<LayerInfo>& layers,
                              std::span<const std::size_t> scope, double max_rate) {
    TrialFaults faults;
    for (const ParameterPlace& place : parameters_in(layers, scope)) {
        std::vector<MarkedBit> bits = draw_parameter_bits(seed, trial, layers[place.first].parameters[place.second], max_rate);
        if (!bits.empty()) faults.parameters.push_back({place.first, place.second, std::move(bits)});
    }
    return faults;
}

TrialFaults in_protected_memory(TrialFaults faults, std::shared_ptr<const ProtectedMemory> memory, std::uint64_t seed, std::uint64_t trial,
                                const std::vector<LayerInfo>& layers, std::span<const std::size_t> scope, double max_rate) {
    if (!memory) return faults;
    for (const ParameterPlace& place : parameters_in(layers, scope)) {
        const ParameterInfo* check_words = memory->check_words(layers[place.first].parameters[place.second]);
        if (!check_words) continue;
        std::vector<MarkedBit> bits = draw_parameter_bits(seed, trial, *check_words, max_rate);
        if (!bits.empty()) faults.check_bits.push_back({place.first, place.second, std::move(bits)});
    }
    faults.memory = std::move(memory);
    return faults;
}

TrialFaults draw_counted_faults(std::uint64_t seed, std::uint64_t trial, const std::vector<LayerInfo>& layers,
                                std::span<const std::size_t> scope, std::int64_t count) {
    const std::vector<ParameterPlace> parameters = parameters_in(layers, scope);
    std::string names;
    std::vector<std::int64_t> ends;  // of each parameter's places among all
    std::int64_t all = 0;
    for (const ParameterPlace& place : parameters) {
        const ParameterInfo& parameter = layers[place.first].parameters[place.second];
        names += parameter.path + "\n";
        ends.push_back(all += count_fault_places(parameter));
    }
    if (count > all)
        throw UsageError("There are only " + std::to_string(all) + " places for a fault here, not " + std::to_string(count) +
                         ": ask for fewer faults.");
    RandomWords words(seed, RandomDomain::fault_counts, trial, fnv1a_64(names));
    std::unordered_set<std::uint64_t> taken;
    std::vector<std::vector<MarkedBit>> drawn(parameters.size());
    while (std::int64_t(taken.size()) < count) {
        const std::uint64_t number = words.below(std::uint64_t(all));
        if (!taken.insert(number).second) continue;
        const auto end = std::upper_bound(ends.begin(), ends.end(), std::int64_t(number));
        const auto parameter = std::size_t(end - ends.begin());
        const std::int64_t first = parameter == 0 ? 0 : ends[parameter - 1];
        const ParameterInfo& info = layers[parameters[parameter].first].parameters[parameters[parameter].second];
        drawn[parameter].push_back({fault_place(info, std::int64_t(number) - first), double(taken.size() - 1)});
    }
    TrialFaults faults;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (drawn[i].empty()) continue;
        const auto [layer, parameter] = parameters[i];
        std::sort(drawn[i].begin(), drawn[i].end(), is_before);
        faults.parameters.push_back({layer, parameter, with_patterns(std::move(drawn[i]), layers[layer].parameters[parameter])});
    }
    return faults;
}

}  // namespace clipscope
