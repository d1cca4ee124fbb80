// The statistics of a point whose trials are drawn in strata, for those who watch it grow.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/sampled_point.h"

namespace clipscope {

// The statistics of a point, kept up to date trial by trial: the cost of one more trial, and of asking, does not grow with the trials that
// are there. The same trials give the same numbers, bit for bit, in any order.
class SampledTally {
public:
    SampledTally(const SamplingDesign& design, const CurveInfo& curve, const CampaignInfo& info);

    void add(std::size_t stratum, int number, const SampledTrial& trial);

    bool empty() const { return trials_ == 0; }
    // `point` has the statistics of the whole trials, or is empty where there are none.
    void add_to(CurvePoint& point) const;

private:
    static constexpr std::size_t measure_count = 4;  // of TrialMeasure
    struct OfStratum {
        std::array<std::vector<BoundedSample>, measure_count> samples{};  // one each: of trials with faults
        std::array<std::int64_t, measure_count> sums{};                   // of their values, in fraction units
        std::int64_t faults = 0;                                          // of all trials
        std::int64_t trials = 0;
        std::int64_t images = 0;          // of trials with faults
        std::int64_t image_variance = 0;  // likewise, in fraction units
    };
    StratifiedEstimate estimate(TrialMeasure measure) const;
    StratumSpread spread(std::size_t stratum) const;

    SamplingDesign design_;
    CurveInfo curve_;
    NonfiniteRule rule_;
    std::int64_t classes_;
    std::vector<OfStratum> strata_;
    std::int64_t trials_ = 0;
    std::int64_t whole_trials_ = 0;
    std::int64_t image_evaluations_ = 0;
};

}  // namespace clipscope
