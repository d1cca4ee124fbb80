// The mean over all trials from samples of strata (method.md, "Estimates"): unbiased for exactly what plain trials estimate.
#pragma once

#include <span>
#include <vector>

#include "statistics/mean_interval.h"

namespace clipscope {

struct StratumSample {
    double weight = 1;     // the probability that a trial is of this stratum
    BoundedSample values;  // of trials drawn in it; fraction units where they are no counts
};

struct StratifiedEstimate {
    double mean = 0;
    Interval ci95;  // holds the mean

    double half_width() const { return (ci95.high - ci95.low) / 2; }
};

// Sum of weight times mean over the strata. Each stratum has an interval of its own (mean_interval()), which bounds what nobody has seen in
// it; the distances of the strata's ends from their means add as independent errors do, upwards and downwards apart. Covers from bound to
// bound what a stratum without a trial could be.
StratifiedEstimate stratified_estimate(std::span<const StratumSample> strata);

// An AUC, or any other sum of estimates that were drawn apart: each counts so much.
StratifiedEstimate weighted_sum(std::span<const StratifiedEstimate> estimates, std::span<const double> weights);

}  // namespace clipscope
