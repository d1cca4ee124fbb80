#include "faults/critical_bits.h"

#include <algorithm>
#include <bit>
#include <set>
#include <string>
#include <unordered_set>

#include "common/random_words.h"
#include "network/number_format.h"

namespace clipscope {
namespace {

int nth_bit(std::uint32_t mask, int n) {
    for (; n > 0; --n) mask &= mask - 1;
    return std::countr_zero(mask);
}

}  // namespace

CriticalBits::CriticalBits(const std::vector<LayerInfo>& parts, std::span<const std::size_t> scope, const MemorySigns& signs,
                           const SignMasks& masks) {
    std::unordered_set<std::string> seen;
    for (const std::size_t part : scope) {
        const auto mask = masks.find(part);
        for (std::size_t i = 0; i < parts[part].parameters.size(); ++i) {
            const ParameterInfo& info = parts[part].parameters[i];
            if (!seen.insert(info.path).second || mask == masks.end()) continue;
            Parameter parameter{{part, i}, std::uint64_t(info.word_bits), signs.at({part, i}), mask->second, 0};
            for (const bool negative : {false, true}) {
                std::uint32_t& own = parameter.masks[std::size_t(negative)];
                own &= info.faulty_bits & word_mask(info.word_bits);
                parameter.count += parameter.signs->count(negative) * std::popcount(own);
            }
            if (parameter.count == 0) continue;
            count_ += parameter.count;
            parameters_.push_back(std::move(parameter));
        }
    }
}

const CriticalBits::Parameter* CriticalBits::find(const ParameterPlace& place) const {
    const auto found = std::find_if(parameters_.begin(), parameters_.end(), [&](const Parameter& one) { return one.place == place; });
    return found == parameters_.end() ? nullptr : &*found;
}

bool CriticalBits::contains(std::size_t part, std::size_t parameter, std::uint64_t position) const {
    const Parameter* found = find({part, parameter});
    return found && found->holds(position);
}

std::int64_t CriticalBits::count_in(const TrialFaults& faults, double rate) const {
    std::int64_t count = 0;
    for (const ParameterFaults& parameter : faults.parameters)
        if (const Parameter* own = find({parameter.layer, parameter.parameter}))
            count += std::count_if(parameter.bits.begin(), parameter.bits.end(),
                                   [&](const MarkedBit& bit) { return bit.mark < rate && own->holds(bit.position); });
    return count;
}

void CriticalBits::take_out_of(TrialFaults& faults) const {
    for (ParameterFaults& parameter : faults.parameters)
        if (const Parameter* own = find({parameter.layer, parameter.parameter}))
            std::erase_if(parameter.bits, [&](const MarkedBit& bit) { return own->holds(bit.position); });
    std::erase_if(faults.parameters, [](const ParameterFaults& parameter) { return parameter.bits.empty(); });
}

std::pair<ParameterPlace, std::uint64_t> CriticalBits::bit(std::int64_t place) const {
    for (const Parameter& parameter : parameters_) {
        for (const bool negative : {false, true}) {
            const std::uint32_t mask = parameter.masks[std::size_t(negative)];
            const std::int64_t bits_an_element = std::popcount(mask);
            const std::int64_t count = parameter.signs->count(negative) * bits_an_element;
            if (place >= count) {
                place -= count;
                continue;
            }
            const std::size_t element = parameter.signs->find(negative, place / bits_an_element);
            return {parameter.place, element * parameter.word_bits + std::uint64_t(nth_bit(mask, int(place % bits_an_element)))};
        }
    }
    return {};
}

void add_faulty_bits(const std::map<ParameterPlace, std::vector<std::uint64_t>>& bits, TrialFaults& faults) {
    for (const auto& [key, positions] : bits) {
        const ParameterPlace place = key;
        auto known = std::find_if(faults.parameters.begin(), faults.parameters.end(), [&](const ParameterFaults& parameter) {
            return ParameterPlace(parameter.layer, parameter.parameter) >= place;
        });
        if (known == faults.parameters.end() || ParameterPlace(known->layer, known->parameter) != place)
            known = faults.parameters.insert(known, {place.first, place.second, {}});
        for (const std::uint64_t position : positions) known->bits.push_back({position, 0});
        std::sort(known->bits.begin(), known->bits.end(),
                  [](const MarkedBit& first, const MarkedBit& second) { return first.position < second.position; });
    }
}

std::uint64_t trial_key(std::uint64_t seed, double rate, const Stratum& stratum, std::uint64_t trial) {
    const CounterRandom random(seed, RandomDomain::strata);
    const auto bounds = (std::uint64_t(stratum.low) << 32) ^ std::uint64_t(stratum.high.value_or(-1));
    return random.block({std::bit_cast<std::uint64_t>(rate), bounds, trial, 1})[0];
}

TrialFaults draw_in_stratum(std::uint64_t seed, double rate, const Stratum& stratum, std::uint64_t trial,
                            const std::vector<LayerInfo>& parts, std::span<const std::size_t> scope, const CriticalBits& critical) {
    const std::uint64_t key = trial_key(seed, rate, stratum, trial);
    TrialFaults faults = draw_trial_faults(seed, key, parts, scope, rate);
    if (critical.count() == 0) return faults;
    critical.take_out_of(faults);
    RandomWords words(seed, RandomDomain::strata, key, 2);
    const std::int64_t hits = draw_hits(stratum, critical.count(), rate, unit_interval(words.next()));
    std::set<std::uint64_t> chosen;
    std::map<ParameterPlace, std::vector<std::uint64_t>> positions;
    while (std::int64_t(chosen.size()) < hits) {
        const std::uint64_t place = words.below(std::uint64_t(critical.count()));
        if (!chosen.insert(place).second) continue;
        const auto [parameter, position] = critical.bit(std::int64_t(place));
        positions[parameter].push_back(position);
    }
    add_faulty_bits(positions, faults);
    return faults;
}

std::vector<std::int64_t> draw_sample(std::uint64_t seed, std::uint64_t trial, std::uint64_t part, std::int64_t all, std::int64_t count) {
    RandomWords words(seed, RandomDomain::image_samples, trial, part);
    const std::set<std::uint64_t> chosen = words.sample(std::uint64_t(all), std::uint64_t(count));
    return {chosen.begin(), chosen.end()};
}

}  // namespace clipscope
