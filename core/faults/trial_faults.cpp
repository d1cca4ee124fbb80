#include "faults/trial_faults.h"

#include <algorithm>
#include <string>
#include <unordered_set>

namespace clipscope {

namespace {

constexpr std::uint64_t bits_per_element = 32;

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

TrialFaults draw_trial_faults(std::uint64_t seed, std::uint64_t trial, const std::vector<LayerInfo>& layers, std::span<const std::size_t> scope,
                              double max_rate) {
    TrialFaults faults;
    std::unordered_set<std::string> drawn;
    for (std::size_t layer : scope) {
        const std::vector<ParameterInfo>& parameters = layers[layer].parameters;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            if (!drawn.insert(parameters[i].path).second) continue;
            auto bits = draw_marked_bits(seed, trial, parameters[i].path, std::uint64_t(parameters[i].elements) * bits_per_element, max_rate);
            if (!bits.empty()) faults.parameters.push_back({layer, i, std::move(bits)});
        }
    }
    return faults;
}

}  // namespace clipscope
