#include "faults/trial_faults.h"

#include <algorithm>
#include <string>
#include <unordered_set>

namespace clipscope {

namespace {

std::int64_t count_marks_below(const ParameterFaults& parameter, double rate) {
    return std::count_if(parameter.bits.begin(), parameter.bits.end(), [&](const MarkedBit& bit) { return bit.mark < rate; });
}

}  // namespace

std::int64_t TrialFaults::count_below(double rate) const {
    std::int64_t count = 0;
    for (const ParameterFaults& parameter : parameters) count += count_marks_below(parameter, rate);
    return count;
}

std::size_t TrialFaults::first_faulty_layer(double rate, std::size_t layer_count) const {
    std::size_t first = layer_count;
    for (const ParameterFaults& parameter : parameters)
        if (parameter.layer < first && count_marks_below(parameter, rate) > 0) first = parameter.layer;
    return first;
}

TrialFaults draw_trial_faults(std::uint64_t seed, std::uint64_t trial, const std::vector<LayerInfo>& layers,
                              std::span<const std::size_t> scope, double max_rate) {
    TrialFaults faults;
    std::unordered_set<std::string> drawn;
    for (std::size_t layer : scope) {
        const std::vector<ParameterInfo>& parameters = layers[layer].parameters;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            if (!drawn.insert(parameters[i].path).second) continue;
            const ParameterInfo& parameter = parameters[i];
            if (parameter.faulty_bits == 0) continue;
            auto bits = draw_marked_bits(seed, trial, parameter.path,
                                         std::uint64_t(parameter.elements) * std::uint64_t(parameter.word_bits), max_rate);
            // Filtered afterwards, so that a bit's mark does not depend on which others are chosen.
            std::erase_if(bits, [&](const MarkedBit& bit) {
                return (parameter.faulty_bits >> (bit.position % std::uint64_t(parameter.word_bits)) & 1) == 0;
            });
            if (!bits.empty()) faults.parameters.push_back({layer, i, std::move(bits)});
        }
    }
    return faults;
}

}  // namespace clipscope
