// The faulty bits of one trial in one scope: what every layer's parameters get, at every rate up to a maximum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "faults/fault_map.h"
#include "network/layer_info.h"

namespace clipscope {

// A parameter by its layer (or other part of the memory) and its place there.
using ParameterPlace = std::pair<std::size_t, std::size_t>;

struct ParameterFaults {
    std::size_t layer = 0;      // index into the network's layers
    std::size_t parameter = 0;  // index into LayerInfo::parameters
    std::vector<MarkedBit> bits;
};

struct TrialFaults {
    std::vector<ParameterFaults> parameters;  // in the order of layers and their parameters; those without marked bits are left out

    std::int64_t count_below(double rate) const;
    // The first layer with a faulty bit at this rate; the number of layers where there is none.
    std::size_t first_faulty_layer(double rate, std::size_t layer_count) const;
};

// The parameters of a scope (indices into `layers`) in its order; one that two layers share is there once.
std::vector<ParameterPlace> parameters_in(const std::vector<LayerInfo>& layers, std::span<const std::size_t> scope);

// Draws the faults of `scope` (indices into `layers`). A parameter that two layers share is drawn once. Where faults come in patterns
// (network/fault_pattern.h), every place where one can begin has the mark of its first bit, and the rate is the probability of each place;
// a bit in several patterns has the lowest of their marks, so that it is faulty once and the sets at rising rates stay nested.
TrialFaults draw_trial_faults(std::uint64_t seed, std::uint64_t trial, const std::vector<LayerInfo>& layers, std::span<const std::size_t> scope,
                              double max_rate);

// So many faults, or patterns, exactly: places of the scope drawn one after the other, uniformly without repetition. The mark of the n-th
// is n - 1, so that n of them are faulty at the "rate" n, and these are among those of every larger number. A pure function of seed, trial
// and the scope's parameters. Throws UsageError where the scope has fewer places.
TrialFaults draw_counted_faults(std::uint64_t seed, std::uint64_t trial, const std::vector<LayerInfo>& layers,
                                std::span<const std::size_t> scope, std::int64_t count);

}  // namespace clipscope
