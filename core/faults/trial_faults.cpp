#include "faults/trial_faults.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <unordered_set>
#include <utility>

#include "common/error.h"
#include "common/random_words.h"
#include "faults/protected_memory.h"

namespace clipscope {

namespace {

std::int64_t count_marks_below(const std::vector<MarkedBit>& bits, double rate) {
    return std::ranges::count_if(bits, [&](const MarkedBit& bit) { return bit.mark < rate; });
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

// So many places of these memories, one after the other, uniformly without repetition; by memory. `names` says which memories they are.
std::vector<std::vector<MarkedBit>> draw_counted_bits(std::uint64_t seed, std::uint64_t trial,
                                                      std::span<const ParameterInfo* const> memories, const std::string& names,
                                                      std::int64_t count) {
    std::vector<std::int64_t> ends;  // of each memory's places among all
    std::int64_t all = 0;
    for (const ParameterInfo* memory : memories) ends.push_back(all += count_fault_places(*memory));
    if (count > all)
        throw UsageError("There are only " + std::to_string(all) + " places for a fault here, not " + std::to_string(count) +
                         ": ask for fewer faults.");
    RandomWords words(seed, RandomDomain::fault_counts, trial, fnv1a_64(names));
    std::unordered_set<std::uint64_t> taken;
    std::vector<std::vector<MarkedBit>> drawn(memories.size());
    while (std::int64_t(taken.size()) < count) {
        const std::uint64_t number = words.below(std::uint64_t(all));
        if (!taken.insert(number).second) continue;
        const auto memory = std::size_t(std::upper_bound(ends.begin(), ends.end(), std::int64_t(number)) - ends.begin());
        const std::int64_t first = memory == 0 ? 0 : ends[memory - 1];
        drawn[memory].push_back({fault_place(*memories[memory], std::int64_t(number) - first), double(taken.size() - 1)});
    }
    for (std::size_t i = 0; i < memories.size(); ++i) {
        std::sort(drawn[i].begin(), drawn[i].end(), is_before);
        drawn[i] = with_patterns(std::move(drawn[i]), *memories[i]);
    }
    return drawn;
}

// "ACT-1.out@17": an output for one image.
std::string name_for_image(const ParameterInfo& output, std::int64_t image_number) {
    return output.path + "@" + std::to_string(image_number);
}

}  // namespace

std::int64_t TrialFaults::count_below(double rate) const {
    std::int64_t count = 0;
    for (const auto* kind : {&parameters, &check_bits})
        for (const ParameterFaults& parameter : *kind) count += count_marks_below(parameter.bits, rate);
    for (const OutputFaults& output : outputs) count += count_marks_below(output.bits, rate);
    return count;
}

std::size_t TrialFaults::first_faulty_layer(double rate, std::size_t layer_count) const {
    std::size_t first = layer_count;
    for (const auto* kind : {&parameters, &check_bits})
        for (const ParameterFaults& parameter : *kind)
            if (parameter.layer < first && count_marks_below(parameter.bits, rate) > 0) first = parameter.layer;
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
    const std::vector<ParameterPlace> places = parameters_in(layers, scope);
    std::vector<const ParameterInfo*> infos;
    std::string names;
    for (const auto& [layer, parameter] : places) {
        infos.push_back(&layers[layer].parameters[parameter]);
        names += infos.back()->path + "\n";
    }
    TrialFaults faults;
    std::vector<std::vector<MarkedBit>> drawn = draw_counted_bits(seed, trial, infos, names, count);
    for (std::size_t i = 0; i < places.size(); ++i)
        if (!drawn[i].empty()) faults.parameters.push_back({places[i].first, places[i].second, std::move(drawn[i])});
    return faults;
}

std::string output_name(const LayerInfo& part, std::int64_t image_number) {
    return name_for_image({.path = part.name + std::string(output_suffix)}, image_number);
}

std::vector<OutputFaults> draw_output_faults(std::uint64_t seed, std::uint64_t trial, std::span<const OutputMemory> outputs,
                                             std::span<const std::int64_t> image_numbers, double max_rate) {
    std::vector<OutputFaults> faults;
    for (const OutputMemory& output : outputs) {
        ParameterInfo of_image = output.info;
        for (std::size_t image = 0; image < image_numbers.size(); ++image) {
            of_image.path = name_for_image(output.info, image_numbers[image]);
            std::vector<MarkedBit> bits = draw_parameter_bits(seed, trial, of_image, max_rate);
            if (!bits.empty()) faults.push_back({output.part, std::int64_t(image), std::move(bits)});
        }
    }
    return faults;
}

std::vector<OutputFaults> draw_counted_output_faults(std::uint64_t seed, std::uint64_t trial, std::span<const OutputMemory> outputs,
                                                     std::span<const std::int64_t> image_numbers, std::int64_t count) {
    std::vector<const ParameterInfo*> infos;
    for (const OutputMemory& output : outputs) infos.push_back(&output.info);
    std::vector<std::vector<OutputFaults>> by_output(outputs.size());
    for (std::size_t image = 0; image < image_numbers.size(); ++image) {
        std::string names;
        for (const OutputMemory& output : outputs) names += name_for_image(output.info, image_numbers[image]) + "\n";
        std::vector<std::vector<MarkedBit>> drawn = draw_counted_bits(seed, trial, infos, names, count);
        for (std::size_t i = 0; i < outputs.size(); ++i)
            if (!drawn[i].empty()) by_output[i].push_back({outputs[i].part, std::int64_t(image), std::move(drawn[i])});
    }
    std::vector<OutputFaults> faults;
    for (std::vector<OutputFaults>& of_output : by_output) std::ranges::move(of_output, std::back_inserter(faults));
    return faults;
}

}  // namespace clipscope
