// The statistics of a point whose trials are drawn in strata, kept up to date trial by trial.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/sampled_point.h"
#include "statistics/stratified_estimate.h"

namespace clipscope {

// What is measured within one stratum, by its trials with faults: of a trial's accuracy, or of the difference of two curves.
struct StratumSpread {
    std::int64_t trials = 0;  // with at least one faulty bit
    double mean = 0;
    double sd = 0;               // of a trial
    double within_variance = 0;  // of it due to the choice of images, for a single image
    double images = 0;           // a trial, on average
    double half_width = 1;       // of the stratum's mean
};

// The cost of one more trial, and of asking, does not grow with the trials that are there. The same trials give the same numbers, bit for
// bit, in any order.
class SampledTally {
public:
    SampledTally(const SamplingDesign& design, const CurveInfo& curve, NonfiniteRule rule);

    void add(std::size_t stratum, int number, const SampledTrial& trial);

    bool empty() const { return trials_ == 0; }
    StratifiedEstimate mean(TrialMeasure measure) const;
    StratumSpread spread(std::size_t stratum) const;  // of the accuracy
    // Trials of all images that plain sampling would need for an interval of this half-width.
    double plain_trials(double half_width) const;
    // What the point says of these trials; it has the statistics of the whole trials, or is empty where there are none.
    void add_to(CurvePoint& point, std::int64_t classes) const;

private:
    static constexpr std::size_t measure_count = 4;  // of TrialMeasure
    struct OfStratum {
        std::array<StratumSample, measure_count> values{};  // of trials with faults
        std::int64_t faults = 0;                            // of all trials
        std::int64_t trials = 0;
        std::int64_t images = 0;          // of trials with faults
        std::int64_t image_variance = 0;  // likewise, in fraction units
    };

    SamplingDesign design_;
    CurveInfo curve_;
    NonfiniteRule rule_;
    std::vector<OfStratum> strata_;
    std::int64_t trials_ = 0;
    std::int64_t whole_trials_ = 0;
    std::int64_t image_evaluations_ = 0;
};

// Of all trials of a point.
SampledTally tally_of(const SampledPoint& point, const CurveInfo& curve, NonfiniteRule rule);

// Within one stratum, second - first, trial by trial. `of_first`, `of_second`: the curves' own there.
StratumSpread spread_of_difference(const SampledPoint& first, const CurveInfo& first_curve, const StratumSpread& of_first,
                                   const SampledPoint& second, const CurveInfo& second_curve, const StratumSpread& of_second,
                                   std::size_t stratum, NonfiniteRule rule);

}  // namespace clipscope
