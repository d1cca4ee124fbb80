// The faulty bits of one trial in one scope: what every layer's parameters get, at every rate up to a maximum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "faults/fault_map.h"
#include "network/layer_info.h"

namespace clipscope {

// A parameter by its layer (or other part of the memory) and its place there.
using ParameterPlace = std::pair<std::size_t, std::size_t>;

class ProtectedMemory;  // faults/protected_memory.h

// What faults may hit anew in every inference: the values that a layer or an activation puts out for one image.
struct OutputMemory {
    std::size_t part = 0;  // whose output it is: a computational layer, or the threshold of an activation site (network/layer_info.h)
    ParameterInfo info;    // of one image; its path is the output's name, "ACT-1.out"
};

// The transient faults of an output for one image.
struct OutputFaults {
    std::size_t part = 0;
    std::int64_t image = 0;  // its place among the images
    std::vector<MarkedBit> bits;
};

struct ParameterFaults {
    std::size_t layer = 0;      // index into the network's layers
    std::size_t parameter = 0;  // index into LayerInfo::parameters
    std::vector<MarkedBit> bits;
};

struct TrialFaults {
    std::vector<ParameterFaults> parameters;  // in the order of layers and their parameters; those without marked bits are left out

    // Where a protection reads the words: it, and the faulty bits of the check words that it stores beside these parameters.
    std::shared_ptr<const ProtectedMemory> memory{};  // null: words are read as they are stored
    std::vector<ParameterFaults> check_bits{};

    std::vector<OutputFaults> outputs{};  // in the order of outputs and images; those without marked bits are left out

    std::int64_t count_below(double rate) const;  // check bits and outputs included
    // The first layer with a faulty bit at this rate; the number of layers where there is none.
    std::size_t first_faulty_layer(double rate, std::size_t layer_count) const;

    // All that hits one parameter.
    struct OfParameter {
        ParameterPlace place;
        std::span<const MarkedBit> bits;
        std::span<const MarkedBit> check_bits;
    };
    std::vector<OfParameter> by_parameter() const;  // in the order of layers and their parameters
};

// The parameters of a scope (indices into `layers`) in its order; one that two layers share is there once.
std::vector<ParameterPlace> parameters_in(const std::vector<LayerInfo>& layers, std::span<const std::size_t> scope);

// Draws the faults of `scope` (indices into `layers`). A parameter that two layers share is drawn once. Where faults come in patterns
// (network/fault_pattern.h), every place where one can begin has the mark of its first bit, and the rate is the probability of each place;
// a bit in several patterns has the lowest of their marks, so that it is faulty once and the sets at rising rates stay nested.
TrialFaults draw_trial_faults(std::uint64_t seed, std::uint64_t trial, const std::vector<LayerInfo>& layers, std::span<const std::size_t> scope,
                              double max_rate);

// The same trial in a memory that protects its words (null: as it was); bits of its check words are faulty with the same probability as all
// others. `faults` are those of the seed, the trial, the scope and the rate.
TrialFaults in_protected_memory(TrialFaults faults, std::shared_ptr<const ProtectedMemory> memory, std::uint64_t seed, std::uint64_t trial,
                                const std::vector<LayerInfo>& layers, std::span<const std::size_t> scope, double max_rate);

// So many faults, or patterns, exactly: places of the scope drawn one after the other, uniformly without repetition. The mark of the n-th
// is n - 1, so that n of them are faulty at the "rate" n, and these are among those of every larger number. A pure function of seed, trial
// and the scope's parameters. Throws UsageError where the scope has fewer places.
TrialFaults draw_counted_faults(std::uint64_t seed, std::uint64_t trial, const std::vector<LayerInfo>& layers,
                                std::span<const std::size_t> scope, std::int64_t count);

// "ACT-1.out@17": an output for one image, by its number in the data set.
std::string output_name(const LayerInfo& part, std::int64_t image_number);

// Bits of these outputs for these images, given by their numbers in the data set: a mark is a function of the seed, the trial, the output's
// name, the image's number and the bit, so that it does not depend on which other images there are. Patterns as above; the rate is per
// place of each image, for every image is one inference.
std::vector<OutputFaults> draw_output_faults(std::uint64_t seed, std::uint64_t trial, std::span<const OutputMemory> outputs,
                                             std::span<const std::int64_t> image_numbers, double max_rate);

// So many faults, or patterns, exactly for each image, uniformly without repetition among all places of these outputs; otherwise as
// draw_counted_faults().
std::vector<OutputFaults> draw_counted_output_faults(std::uint64_t seed, std::uint64_t trial, std::span<const OutputMemory> outputs,
                                                     std::span<const std::int64_t> image_numbers, std::int64_t count);

}  // namespace clipscope
