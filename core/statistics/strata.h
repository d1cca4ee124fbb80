// Trials in strata (method.md, "Estimates"): those with no faulty bit in a class of bits, with one, two, or more. How probable a stratum is
// follows from the binomial distribution exactly; only what happens within it is estimated.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace clipscope {

// Trials in which `low` to `high` bits of the class are faulty; no `high`: `low` or more.
struct Stratum {
    std::int64_t low = 0;
    std::optional<std::int64_t> high{};
    double weight = 1;  // the probability that a trial is one of them

    bool holds(std::int64_t hits) const { return hits >= low && (!high || hits <= *high); }
    friend bool operator==(const Stratum&, const Stratum&) = default;
};

// That cover all trials at the rate, ascending; their weights add up to 1. A class of no bits, or one so often hit that hardly a trial
// spares it, has a single stratum: every trial.
std::vector<Stratum> choose_strata(std::int64_t class_bits, double rate);

// The probability that `low` to `high` of so many bits are faulty.
double stratum_weight(std::int64_t class_bits, double rate, std::int64_t low, std::optional<std::int64_t> high);

// The place among the strata of a trial with so many hits.
std::size_t stratum_of(const std::vector<Stratum>& strata, std::int64_t hits);

// How many bits of the class are faulty in a trial of the stratum: distributed as in all trials with that many, by inversion of `u` in
// [0, 1). Uses only IEEE additions, multiplications and divisions, so that it is the same on every processor. Not for a single stratum of
// a class that is hit hundreds of times.
std::int64_t draw_hits(const Stratum& stratum, std::int64_t class_bits, double rate, double u);

}  // namespace clipscope
