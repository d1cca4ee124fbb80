// Which strata get the next trials (method.md, "Estimates"): where one more trial narrows the interval most for what it costs (Neyman's
// allocation, with what nobody has seen counted in). Pure functions of the trials so far, never of the clock, so that interrupted work that
// goes on ends with the same trials.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace clipscope {

// What is known of a stratum.
struct StratumProgress {
    double weight = 1;
    std::int64_t trials = 0;
    double sd = 0;          // of a trial
    double half_width = 1;  // of the stratum's mean, as it is now
    double cost = 1;        // of a trial, in any unit
};

// The trials that each stratum should have in all until the interval of the weighted mean is `half_width` to either side; at least those it
// has.
std::vector<std::int64_t> trials_for(std::span<const StratumProgress> strata, double half_width);

// How many images a trial should take: between trials the values vary by `between`, between images of one trial by `within` (both
// variances; within: of a single image), and a trial costs as much as `fixed_cost` images and those it takes. From `least` to `most`.
std::int64_t images_a_trial(double between, double within, double fixed_cost, std::int64_t least, std::int64_t most);

}  // namespace clipscope
