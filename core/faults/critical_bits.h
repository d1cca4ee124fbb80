// The class of bits that decides what becomes of a trial (method.md, "Estimates"), and trials drawn by how many of its bits are faulty.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "faults/sign_bits.h"
#include "faults/trial_faults.h"
#include "network/layer_info.h"
#include "statistics/strata.h"

namespace clipscope {

// Signs by parameter.
using MemorySigns = std::map<ParameterPlace, std::shared_ptr<const SignBits>>;

// Of the elements of each sign in a part of the memory, the bits of the word that belong to the class: a mask for positive and one for
// negative ones.
using SignMasks = std::map<std::size_t, std::array<std::uint32_t, 2>>;

class CriticalBits {
public:
    CriticalBits() = default;  // none
    // Those of the parts in scope; only bits that may be faulty. A parameter that two parts share counts once, for the first.
    CriticalBits(const std::vector<LayerInfo>& parts, std::span<const std::size_t> scope, const MemorySigns& signs, const SignMasks& masks);

    std::int64_t count() const { return count_; }
    bool contains(std::size_t part, std::size_t parameter, std::uint64_t position) const;
    void take_out_of(TrialFaults& faults) const;  // those that are in the class
    std::int64_t count_in(const TrialFaults& faults, double rate) const;

    // The place-th bit of the class: its parameter and its position there.
    std::pair<ParameterPlace, std::uint64_t> bit(std::int64_t place) const;

private:
    struct Parameter;
    const Parameter* find(const ParameterPlace& place) const;

    struct Parameter {
        ParameterPlace place;
        std::uint64_t word_bits = 32;
        std::shared_ptr<const SignBits> signs;
        std::array<std::uint32_t, 2> masks{};
        std::int64_t count = 0;

        bool holds(std::uint64_t position) const {
            return (masks[std::size_t(signs->is_negative(position / word_bits))] >> position % word_bits & 1) != 0;
        }
    };
    std::vector<Parameter> parameters_;  // those that hold some
    std::int64_t count_ = 0;
};

// These bits, by parameter and position, become faulty at any rate, beside those that are faulty already; none is.
void add_faulty_bits(const std::map<ParameterPlace, std::vector<std::uint64_t>>& bits, TrialFaults& faults);

// The faults of a trial of a stratum at a rate: so many bits of the class, uniformly without repetition, and every other bit as always,
// with the rate's probability. A pure function of its arguments; no two rates, strata or trials share a random number, so estimates at
// several rates are independent.
TrialFaults draw_in_stratum(std::uint64_t seed, double rate, const Stratum& stratum, std::uint64_t trial,
                            const std::vector<LayerInfo>& parts, std::span<const std::size_t> scope, const CriticalBits& critical);

// `count` of the numbers below `all`, ascending, uniformly without repetition: a pure function of the seed, a domain's worth of places and
// the trial.
std::vector<std::int64_t> draw_sample(std::uint64_t seed, std::uint64_t trial, std::uint64_t part, std::int64_t all, std::int64_t count);

// What stands for a trial of a stratum at a rate wherever it needs random numbers.
std::uint64_t trial_key(std::uint64_t seed, double rate, const Stratum& stratum, std::uint64_t trial);

}  // namespace clipscope
