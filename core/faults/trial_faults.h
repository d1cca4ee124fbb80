// The faulty bits of one trial in one scope: what every layer's parameters get, at every rate up to a maximum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "faults/fault_map.h"
#include "network/layer_info.h"

namespace clipscope {

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

// Draws the faults of `scope` (indices into `layers`). A parameter that two layers share is drawn once.
TrialFaults draw_trial_faults(std::uint64_t seed, std::uint64_t trial, const std::vector<LayerInfo>& layers, std::span<const std::size_t> scope,
                              double max_rate);

}  // namespace clipscope
