// One point of a curve whose trials were drawn in strata and ran on few images each (method.md, "Estimates"), as plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "evaluation/outcome.h"
#include "statistics/strata.h"
#include "statistics/stratified_estimate.h"

namespace clipscope {

struct CurveInfo;
struct CampaignInfo;
struct CurvePoint;

// One trial of a stratum.
struct SampledTrial {
    std::int64_t faults = 0;  // faulty bits injected
    SampledOutcome outcome;   // of a whole trial all images are in `right`, none in `others`

    std::int64_t images() const { return std::int64_t(outcome.right.images) + outcome.others.images; }
    friend bool operator==(const SampledTrial&, const SampledTrial&) = default;
};

// A trial of all images as such an outcome.
SampledOutcome whole_outcome(const Outcome& faulty, const Outcome& clean);

// What a trial of all images is called among the trials of its stratum: below 0.
constexpr int number_of_whole(int trial) {
    return -1 - trial;
}

// How the trials of a point are drawn. The same for all curves that are compared, but for `fault_free`: a curve's own bits count, check
// bits too.
struct SamplingDesign {
    std::vector<Stratum> strata{{}};
    std::int64_t critical_bits = 0;  // of the class that the strata count
    double fault_free = 0;           // the probability that a trial has no faulty bit at all: its value needs no measuring
    std::int64_t right_images = 0;   // of all images, those that samples of `right` come from

    // How probable a trial of the stratum with at least one faulty bit is.
    double measured_weight(std::size_t stratum) const;

    // Whether trials of one are trials of the other: all but what is known beforehand.
    bool has_draws_of(const SamplingDesign& other) const {
        return strata == other.strata && critical_bits == other.critical_bits && right_images == other.right_images;
    }

    friend bool operator==(const SamplingDesign&, const SamplingDesign&) = default;
};

struct SampledPoint {
    SamplingDesign design;
    std::vector<std::map<int, SampledTrial>> trials;  // by stratum and number

    bool empty() const;
};

// What a point says about its trials.
struct SampledPointStatistics {
    double half_width = 0;               // of the 95 % interval of the mean accuracy, a fraction
    std::int64_t image_evaluations = 0;  // images that trials ran on, each as often as it ran
    int whole_trials = 0;                // of all images
    double gain = 1;                     // how many times fewer image evaluations than whole trials would need for this interval, estimated

    friend bool operator==(const SampledPointStatistics&, const SampledPointStatistics&) = default;
};

// What of an outcome is counted.
enum class TrialMeasure { accuracy, top5, sdc, due };

// The share of all images that the trial stands for; unbiased. May be a little below 0 or above 1.
double sampled_value(const SampledTrial& trial, const SamplingDesign& design, const CurveInfo& curve, TrialMeasure measure,
                     NonfiniteRule rule);

StratifiedEstimate sampled_mean(const SampledPoint& point, const CurveInfo& curve, TrialMeasure measure, NonfiniteRule rule);

// second - first, trial by trial; the points have the same draws. Where both curves have the same faulty bits, trials without one need no
// measuring; otherwise all trials count.
StratifiedEstimate sampled_difference(const SampledPoint& first, const CurveInfo& first_curve, const SampledPoint& second,
                                      const CurveInfo& second_curve, NonfiniteRule rule);

// All that a point says of these trials (sampled_tally.h). `point` has the statistics of the whole trials, or is empty where there are
// none.
void add_samples(const SampledPoint& sampled, const CurveInfo& curve, const CampaignInfo& info, CurvePoint& point);

}  // namespace clipscope
