#include "campaign/sampled_point.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "campaign/accuracy_curves.h"
#include "campaign/point_statistics.h"
#include "campaign/sampled_tally.h"
#include "statistics/confidence.h"

namespace clipscope {
namespace {

std::int64_t counted(const Outcome& outcome, TrialMeasure measure, NonfiniteRule rule) {
    switch (measure) {
        case TrialMeasure::accuracy:
            return right_images(outcome, rule);
        case TrialMeasure::top5:
            return top5_images(outcome, rule);
        case TrialMeasure::sdc:
            return outcome.sdc;
        case TrialMeasure::due:
            return outcome.due;
    }
    return 0;
}

double clean_value(const CurveInfo& curve, TrialMeasure measure, NonfiniteRule rule) {
    return double(counted(curve.clean, measure, rule)) / double(std::max(curve.clean.images, 1));
}

// The two samples' shares of all images.
struct GroupShares {
    double right = 1;
    double others = 0;
};

GroupShares shares_of(const SampledTrial& trial, const SamplingDesign& design, const CurveInfo& curve) {
    if (trial.outcome.others.images == 0) return {1, 0};
    if (trial.outcome.right.images == 0) return {0, 1};
    const double right = double(design.right_images) / double(std::max(curve.clean.images, 1));
    return {right, 1 - right};
}

double mean_change(const Outcome& faulty, const Outcome& clean, TrialMeasure measure, NonfiniteRule rule) {
    if (faulty.images == 0) return 0;
    return double(counted(faulty, measure, rule) - counted(clean, measure, rule)) / double(faulty.images);
}

// The variance that one trial's value has because its images are a sample, times their number: as if each were drawn alone.
double image_variance(const SampledTrial& trial, const SamplingDesign& design, const CurveInfo& curve, NonfiniteRule rule) {
    const GroupShares shares = shares_of(trial, design, curve);
    double variance = 0;
    const auto add = [&](const Outcome& faulty, const Outcome& clean, double share) {
        if (faulty.images < 2) return;
        // Changes of single images are -1, 0 or 1; of those that changed nearly all changed the same way.
        const double change = std::min(std::abs(mean_change(faulty, clean, TrialMeasure::accuracy, rule)), 1.0);
        variance += share * share * change * (1 - change) / double(faulty.images - 1);
    };
    add(trial.outcome.right, trial.outcome.clean_right, shares.right);
    add(trial.outcome.others, trial.outcome.clean_others, shares.others);
    return variance * double(trial.images());
}

// Neither has check bits of its own.
bool have_same_faults(const CurveInfo& first, const CurveInfo& second) {
    return check_words_of(first.protection) == check_words_of(second.protection);
}

StratumSample differences_of(const SampledPoint& first, const CurveInfo& first_curve, const SampledPoint& second,
                             const CurveInfo& second_curve, std::size_t stratum, NonfiniteRule rule) {
    StratumSample values(-1);
    const bool skips_fault_free = have_same_faults(first_curve, second_curve);
    for (const auto& [number, trial] : first.trials[stratum]) {
        const auto other = second.trials[stratum].find(number);
        if (other == second.trials[stratum].end() || (skips_fault_free && trial.faults == 0)) continue;
        values.add(sampled_value(other->second, second.design, second_curve, TrialMeasure::accuracy, rule) -
                   sampled_value(trial, first.design, first_curve, TrialMeasure::accuracy, rule));
    }
    return values;
}

// `clean`: the value of a trial without faults.
StratifiedEstimate over_strata(const SamplingDesign& design, double clean,
                               const std::function<StratifiedEstimate(std::size_t)>& estimate_in) {
    std::vector<StratifiedEstimate> estimates{{clean, {clean, clean}}};
    std::vector<double> weights{design.fault_free};
    for (std::size_t stratum = 0; stratum < design.strata.size(); ++stratum) {
        estimates.push_back(estimate_in(stratum));
        weights.push_back(design.measured_weight(stratum));
    }
    return weighted_sum(estimates, weights);
}

Interval within(const Interval& interval, double low, double high) {
    return {std::clamp(interval.low, low, high), std::clamp(interval.high, low, high)};
}

StratumSpread spread_of(const StratumSample& values) {
    const StratifiedEstimate estimate = values.estimate();
    return {.trials = values.count(), .mean = estimate.mean, .sd = values.sd(), .half_width = estimate.half_width()};
}

}  // namespace

double SamplingDesign::measured_weight(std::size_t stratum) const {
    return std::max(strata[stratum].weight - (strata[stratum].low == 0 ? fault_free : 0), 0.0);
}

SampledOutcome whole_outcome(const Outcome& faulty, const Outcome& clean) {
    SampledOutcome outcome;
    outcome.right = faulty;
    outcome.clean_right = clean;
    return outcome;
}

bool SampledPoint::empty() const {
    return std::all_of(trials.begin(), trials.end(), [](const auto& stratum) { return stratum.empty(); });
}

double sampled_value(const SampledTrial& trial, const SamplingDesign& design, const CurveInfo& curve, TrialMeasure measure,
                     NonfiniteRule rule) {
    const GroupShares shares = shares_of(trial, design, curve);
    return clean_value(curve, measure, rule) + shares.right * mean_change(trial.outcome.right, trial.outcome.clean_right, measure, rule) +
           shares.others * mean_change(trial.outcome.others, trial.outcome.clean_others, measure, rule);
}

StratifiedEstimate sampled_mean(const SampledPoint& point, const CurveInfo& curve, TrialMeasure measure, NonfiniteRule rule) {
    return tally_of(point, curve, rule).mean(measure);
}

StratifiedEstimate sampled_difference(const SampledPoint& first, const CurveInfo& first_curve, const SampledPoint& second,
                                      const CurveInfo& second_curve, NonfiniteRule rule) {
    const double clean = clean_value(second_curve, TrialMeasure::accuracy, rule) - clean_value(first_curve, TrialMeasure::accuracy, rule);
    SamplingDesign design = first.design;
    if (!have_same_faults(first_curve, second_curve)) design.fault_free = 0;
    return over_strata(design, clean, [&](std::size_t stratum) {
        return differences_of(first, first_curve, second, second_curve, stratum, rule).estimate();
    });
}

void add_samples(const SampledPoint& sampled, const CurveInfo& curve, const CampaignInfo& info, CurvePoint& point) {
    tally_of(sampled, curve, info.nonfinite).add_to(point, info.classes);
}

SampledTally::SampledTally(const SamplingDesign& design, const CurveInfo& curve, NonfiniteRule rule)
    : design_(design), curve_(curve), rule_(rule), strata_(design.strata.size()) {}

void SampledTally::add(std::size_t stratum, int number, const SampledTrial& trial) {
    OfStratum& own = strata_.at(stratum);
    ++trials_;
    ++own.trials;
    own.faults += trial.faults;
    whole_trials_ += number < 0;
    image_evaluations_ += trial.images();
    if (trial.faults == 0) return;
    own.images += trial.images();
    own.image_variance += in_fraction_units(std::min(image_variance(trial, design_, curve_, rule_), 1.0));
    for (std::size_t measure = 0; measure < measure_count; ++measure)
        own.values[measure].add(sampled_value(trial, design_, curve_, TrialMeasure(measure), rule_));
}

StratifiedEstimate SampledTally::mean(TrialMeasure measure) const {
    return over_strata(design_, clean_value(curve_, measure, rule_),
                       [&](std::size_t stratum) { return strata_[stratum].values[std::size_t(measure)].estimate(); });
}

StratumSpread SampledTally::spread(std::size_t stratum) const {
    const OfStratum& own = strata_[stratum];
    StratumSpread spread = spread_of(own.values[std::size_t(TrialMeasure::accuracy)]);
    if (spread.trials == 0) return spread;
    spread.within_variance = double(own.image_variance) / double(fraction_unit) / double(spread.trials);
    spread.images = double(own.images) / double(spread.trials);
    return spread;
}

double SampledTally::plain_trials(double half_width) const {
    const double clean = clean_value(curve_, TrialMeasure::accuracy, rule_);
    double mean = design_.fault_free * clean;
    for (std::size_t stratum = 0; stratum < strata_.size(); ++stratum) mean += design_.measured_weight(stratum) * spread(stratum).mean;
    double variance = design_.fault_free * (clean - mean) * (clean - mean);
    for (std::size_t stratum = 0; stratum < strata_.size(); ++stratum) {
        const StratumSpread own = spread(stratum);
        const double between = own.sd * own.sd - (own.images > 0 ? own.within_variance / own.images : 0);
        variance += design_.measured_weight(stratum) * (std::max(between, 0.0) + (own.mean - mean) * (own.mean - mean));
    }
    // The root's part, and what nobody has seen.
    const double seen = normal_quantile_975 * normal_quantile_975 * variance / (half_width * half_width);
    const double faulty = 1 - design_.fault_free;
    const double unseen = std::log(0.05) / std::log1p(-std::min(2 * half_width / std::max(faulty, 1e-12), 0.999));
    return std::max({seen, unseen, 1.0});
}

void SampledTally::add_to(CurvePoint& point, std::int64_t classes) const {
    const StratifiedEstimate accuracy = mean(TrialMeasure::accuracy);
    const StratifiedEstimate sdc = mean(TrialMeasure::sdc);
    const StratifiedEstimate due = mean(TrialMeasure::due);
    SampledPointStatistics statistics{
        .half_width = accuracy.half_width(), .image_evaluations = image_evaluations_, .whole_trials = int(whole_trials_)};
    statistics.gain = plain_trials(std::max(statistics.half_width, 1e-6)) * double(curve_.clean.images) /
                      double(std::max<std::int64_t>(image_evaluations_, 1));
    point.trials = int(trials_);
    point.faults_mean = 0;
    for (std::size_t stratum = 0; stratum < strata_.size(); ++stratum) {
        const OfStratum& own = strata_[stratum];
        if (own.trials > 0) point.faults_mean += design_.strata[stratum].weight * double(own.faults) / double(own.trials);
    }
    point.mean = std::clamp(accuracy.mean, 0.0, 1.0);
    const Interval interval = within(accuracy.ci95, 0, 1);
    point.ci95_low = interval.low;
    point.ci95_high = interval.high;
    const std::int64_t images = std::max<std::int64_t>(curve_.clean.images, 1);
    BoundedSample at_mean(0, images, images);
    at_mean.add(std::llround(point.mean * double(images)));
    point.ci95_images = with_image_sampling({std::min(interval.low, at_mean.mean()), std::max(interval.high, at_mean.mean())}, at_mean);
    point.sdc_mean = std::clamp(sdc.mean, 0.0, 1.0);
    point.sdc_ci95 = within(sdc.ci95, 0, 1);
    point.due_mean = std::clamp(due.mean, 0.0, 1.0);
    point.due_ci95 = within(due.ci95, 0, 1);
    if (classes >= top5_classes) {
        const StratifiedEstimate top5 = mean(TrialMeasure::top5);
        point.top5_mean = std::clamp(top5.mean, 0.0, 1.0);
        point.top5_ci95 = within(top5.ci95, 0, 1);
    }
    point.sampled = statistics;
}

SampledTally tally_of(const SampledPoint& point, const CurveInfo& curve, NonfiniteRule rule) {
    SampledTally tally(point.design, curve, rule);
    for (std::size_t stratum = 0; stratum < point.trials.size(); ++stratum)
        for (const auto& [number, trial] : point.trials[stratum]) tally.add(stratum, number, trial);
    return tally;
}

StratumSpread spread_of_difference(const SampledPoint& first, const CurveInfo& first_curve, const StratumSpread& of_first,
                                   const SampledPoint& second, const CurveInfo& second_curve, const StratumSpread& of_second,
                                   std::size_t stratum, NonfiniteRule rule) {
    StratumSpread spread = spread_of(differences_of(first, first_curve, second, second_curve, stratum, rule));
    spread.within_variance = std::max(of_first.within_variance, of_second.within_variance);
    spread.images = of_first.images;
    return spread;
}

}  // namespace clipscope
