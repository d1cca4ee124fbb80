// One point of the curves that share their faults, on its way to a wanted precision: what is known of it, and which trials come next
// (method.md, "Estimates"). Knows no network. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/sampled_tally.h"
#include "statistics/trial_allocation.h"

namespace clipscope {

// What decides about trials beside their results.
struct PointConditions {
    double half_width = 0.01;  // wanted, to either side
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    double fixed_cost = 1;        // of a trial beside its images, in images
    std::int64_t all_images = 0;  // that there are
    bool takes_samples = true;    // otherwise every trial runs on all images
    std::int64_t images = 0;      // of a trial; 0: as many as the first trials recommend
};

// What a trial costs beside its images, in images: it has costs of its own for every faulty bit, an image costs what it multiplies. A model
// and no measurement, for what runs must not depend on the clock.
double fixed_cost_of_trial(std::uint64_t multiplications_per_image, double faults);

class PrecisePoint {
public:
    // `curves`: a single one, whose mean is to be known; of several, which are compared, the differences between the first, the second and
    // the third.
    // `fault_free`: of each curve, where they differ; the design has the least.
    PrecisePoint(SamplingDesign design, std::vector<CurveInfo> curves, const PointConditions& conditions,
                 const std::vector<double>& fault_free = {});

    const SamplingDesign& design() const { return design_; }
    const SampledPoint& samples(std::size_t curve) const { return samples_[curve]; }
    // A trial that is there already, as where memory ran out and it began again, changes nothing.
    void add(std::size_t curve, std::size_t stratum, int number, const SampledTrial& trial) {
        if (samples_[curve].trials[stratum].emplace(number, trial).second) tallies_[curve].add(stratum, number, trial);
    }

    // Decides about the next round: how many trials each stratum should have after it. As many as now where the point is done.
    const std::vector<std::int64_t>& plan_round();
    bool is_done() const { return is_done_; }
    void narrow(double factor) { conditions_.half_width *= factor; }  // more is wanted than at first; plan_round() decides anew
    double half_width() const { return half_width_; }  // the widest of those that are to be narrow, when the latest round was planned
    double half_width_now() const;                     // the same with all trials so far
    const std::vector<std::int64_t>& planned() const { return trials_; }
    std::int64_t images(std::size_t stratum) const { return conditions_.takes_samples ? images_[stratum] : conditions_.all_images; }

    // In all, as far as the trials so far tell.
    std::vector<std::int64_t> predicted_trials();
    // What a trial of the stratum costs in images; those without any fault cost nothing.
    double mean_cost(std::size_t stratum) const;
    // Of whole trials, for the same interval of this curve.
    double plain_trials(std::size_t curve) const { return tallies_[curve].plain_trials(conditions_.half_width); }

private:
    StratumSpread widest_spread(std::size_t stratum) const;
    void choose_images(std::size_t stratum, const StratumSpread& spread);
    std::vector<StratumProgress> progress();
    double needed(std::size_t stratum, std::int64_t faulty_trials) const;

    SamplingDesign design_;
    std::vector<CurveInfo> curves_;
    PointConditions conditions_;
    std::vector<SampledPoint> samples_;    // by curve
    std::vector<SampledTally> tallies_;    // of these
    std::vector<std::int64_t> trials_;     // by stratum: that have run, or will before anything else is decided
    std::vector<std::int64_t> images_;     // by stratum: that its next trials take
    std::vector<bool> are_images_chosen_;  // by stratum, once
    double half_width_ = 1;
    bool is_begun_ = false;
    bool is_done_ = false;
};

}  // namespace clipscope
