// The mean over all trials from samples of strata (method.md, "Estimates"): unbiased for exactly what plain trials estimate.
#pragma once

#include <cstdint>
#include <span>

#include "statistics/mean_interval.h"

namespace clipscope {

struct StratifiedEstimate {
    double mean = 0;
    Interval ci95;  // holds the mean

    double half_width() const { return (ci95.high - ci95.low) / 2; }
};

// Values of trials drawn in one stratum. Whole numbers inside, so the order in which they came changes nothing.
class StratumSample {
public:
    // Of values from 0, or of differences from -1, to 1; those a little beyond count in the mean as they are, in the interval as the bound.
    StratumSample() : StratumSample(0) {}
    explicit StratumSample(std::int64_t lowest) : values_(lowest * fraction_unit, fraction_unit, fraction_unit) {}

    void add(double value);

    std::int64_t count() const { return values_.count(); }
    double sd() const { return values_.sd(); }
    // The interval is mean_interval()'s, which bounds what nobody has seen; without a value it is all there could be, and the mean its
    // middle.
    StratifiedEstimate estimate() const;

private:
    BoundedSample values_;
    std::int64_t sum_ = 0;  // in fraction units
};

// Sum of weight times estimate, of strata or of anything else that was drawn apart: distances from the means to the intervals' ends add as
// independent errors do, upwards and downwards apart.
StratifiedEstimate weighted_sum(std::span<const StratifiedEstimate> estimates, std::span<const double> weights);

}  // namespace clipscope
