#include "campaign/sampled_point.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

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
            return rule == NonfiniteRule::argmax ? outcome.top5_argmax : outcome.top5;
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

// Values of trials with faults: the mean as it is, the interval from what lies within the bounds. Whole numbers inside, so the order of the
// trials changes nothing.
StratifiedEstimate estimate_of(const BoundedSample& sample, std::int64_t sum) {
    StratifiedEstimate estimate{.mean = 0, .ci95 = mean_interval(sample)};
    estimate.mean =
        sample.count() == 0 ? (estimate.ci95.low + estimate.ci95.high) / 2 : double(sum) / double(fraction_unit) / double(sample.count());
    estimate.ci95 = {std::min(estimate.ci95.low, estimate.mean), std::max(estimate.ci95.high, estimate.mean)};
    return estimate;
}

struct StratumValues {
    explicit StratumValues(std::int64_t lowest) : sample(lowest * fraction_unit, fraction_unit, fraction_unit) {}

    void add(double value) {
        sample.add(in_fraction_units(value));
        sum += in_fraction_units(value);
    }
    StratifiedEstimate estimate() const { return estimate_of(sample, sum); }

    BoundedSample sample;
    std::int64_t sum = 0;
};

StratumValues values_of(const SampledPoint& point, std::size_t stratum, const CurveInfo& curve, TrialMeasure measure, NonfiniteRule rule) {
    StratumValues values(0);
    for (const auto& [number, trial] : point.trials[stratum])
        if (trial.faults > 0) values.add(sampled_value(trial, point.design, curve, measure, rule));
    return values;
}

StratumValues differences_of(const SampledPoint& first, const CurveInfo& first_curve, const SampledPoint& second,
                             const CurveInfo& second_curve, std::size_t stratum, NonfiniteRule rule) {
    StratumValues values(-1);
    for (const auto& [number, trial] : first.trials[stratum]) {
        const auto other = second.trials[stratum].find(number);
        if (other == second.trials[stratum].end() || trial.faults == 0) continue;
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

StratumSpread spread_of(const StratumValues& values) {
    const StratifiedEstimate estimate = values.estimate();
    return {.trials = values.sample.count(), .mean = estimate.mean, .sd = values.sample.sd(), .half_width = estimate.half_width()};
}

}  // namespace

double SamplingDesign::measured_weight(std::size_t stratum) const {
    return std::max(strata[stratum].weight - (strata[stratum].low == 0 ? fault_free : 0), 0.0);
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
    return over_strata(point.design, clean_value(curve, measure, rule),
                       [&](std::size_t stratum) { return values_of(point, stratum, curve, measure, rule).estimate(); });
}

StratifiedEstimate sampled_difference(const SampledPoint& first, const CurveInfo& first_curve, const SampledPoint& second,
                                      const CurveInfo& second_curve, NonfiniteRule rule) {
    const double clean = clean_value(second_curve, TrialMeasure::accuracy, rule) - clean_value(first_curve, TrialMeasure::accuracy, rule);
    return over_strata(first.design, clean, [&](std::size_t stratum) {
        return differences_of(first, first_curve, second, second_curve, stratum, rule).estimate();
    });
}

StratumSpread spread_of(const SampledPoint& point, std::size_t stratum, const CurveInfo& curve, NonfiniteRule rule) {
    StratumSpread spread = spread_of(values_of(point, stratum, curve, TrialMeasure::accuracy, rule));
    for (const auto& [number, trial] : point.trials[stratum]) {
        if (trial.faults == 0) continue;
        spread.within_variance += image_variance(trial, point.design, curve, rule);
        spread.images += double(trial.images());
    }
    if (spread.trials > 0) {
        spread.within_variance /= double(spread.trials);
        spread.images /= double(spread.trials);
    }
    return spread;
}

StratumSpread spread_of_difference(const SampledPoint& first, const CurveInfo& first_curve, const SampledPoint& second,
                                   const CurveInfo& second_curve, std::size_t stratum, NonfiniteRule rule) {
    StratumSpread spread = spread_of(differences_of(first, first_curve, second, second_curve, stratum, rule));
    const StratumSpread one = spread_of(first, stratum, first_curve, rule);
    const StratumSpread other = spread_of(second, stratum, second_curve, rule);
    spread.within_variance = std::max(one.within_variance, other.within_variance);
    spread.images = one.images;
    return spread;
}

namespace {

double plain_trials(double half_width, const SamplingDesign& design, double clean, const std::vector<StratumSpread>& spreads) {
    double mean = design.fault_free * clean;
    for (std::size_t stratum = 0; stratum < spreads.size(); ++stratum) mean += design.measured_weight(stratum) * spreads[stratum].mean;
    double variance = design.fault_free * (clean - mean) * (clean - mean);
    for (std::size_t stratum = 0; stratum < spreads.size(); ++stratum) {
        const StratumSpread& spread = spreads[stratum];
        const double between = spread.sd * spread.sd - (spread.images > 0 ? spread.within_variance / spread.images : 0);
        variance += design.measured_weight(stratum) * (std::max(between, 0.0) + (spread.mean - mean) * (spread.mean - mean));
    }
    // The root's part, and what nobody has seen.
    const double spread = normal_quantile_975 * normal_quantile_975 * variance / (half_width * half_width);
    const double faulty = 1 - design.fault_free;
    const double unseen = std::log(0.05) / std::log1p(-std::min(2 * half_width / std::max(faulty, 1e-12), 0.999));
    return std::max({spread, unseen, 1.0});
}

}  // namespace

double plain_trials_for(double half_width, const SampledPoint& point, const CurveInfo& curve, NonfiniteRule rule) {
    std::vector<StratumSpread> spreads;
    for (std::size_t stratum = 0; stratum < point.trials.size(); ++stratum) spreads.push_back(spread_of(point, stratum, curve, rule));
    return plain_trials(half_width, point.design, clean_value(curve, TrialMeasure::accuracy, rule), spreads);
}

SampledTally::SampledTally(const SamplingDesign& design, const CurveInfo& curve, const CampaignInfo& info)
    : design_(design), curve_(curve), rule_(info.nonfinite), classes_(info.classes), strata_(design.strata.size()) {
    for (OfStratum& stratum : strata_)
        for (auto& sample : stratum.samples) sample.emplace_back(0, fraction_unit, fraction_unit);
}

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
    for (std::size_t measure = 0; measure < measure_count; ++measure) {
        const std::int64_t value = in_fraction_units(sampled_value(trial, design_, curve_, TrialMeasure(measure), rule_));
        own.samples[measure].front().add(value);
        own.sums[measure] += value;
    }
}

StratifiedEstimate SampledTally::estimate(TrialMeasure measure) const {
    return over_strata(design_, clean_value(curve_, measure, rule_), [&](std::size_t stratum) {
        return estimate_of(strata_[stratum].samples[std::size_t(measure)].front(), strata_[stratum].sums[std::size_t(measure)]);
    });
}

StratumSpread SampledTally::spread(std::size_t stratum) const {
    const OfStratum& own = strata_[stratum];
    const BoundedSample& values = own.samples[std::size_t(TrialMeasure::accuracy)].front();
    const StratifiedEstimate estimate = estimate_of(values, own.sums[std::size_t(TrialMeasure::accuracy)]);
    StratumSpread spread{.trials = values.count(), .mean = estimate.mean, .sd = values.sd(), .half_width = estimate.half_width()};
    if (values.count() == 0) return spread;
    spread.within_variance = double(own.image_variance) / double(fraction_unit) / double(values.count());
    spread.images = double(own.images) / double(values.count());
    return spread;
}

void SampledTally::add_to(CurvePoint& point) const {
    const StratifiedEstimate accuracy = estimate(TrialMeasure::accuracy);
    const StratifiedEstimate sdc = estimate(TrialMeasure::sdc);
    const StratifiedEstimate due = estimate(TrialMeasure::due);
    SampledPointStatistics statistics{
        .half_width = accuracy.half_width(), .image_evaluations = image_evaluations_, .whole_trials = int(whole_trials_)};
    point.trials = int(trials_);
    point.faults_mean = 0;
    std::vector<StratumSpread> spreads;
    for (std::size_t stratum = 0; stratum < strata_.size(); ++stratum) {
        const OfStratum& own = strata_[stratum];
        if (own.trials > 0) point.faults_mean += design_.strata[stratum].weight * double(own.faults) / double(own.trials);
        spreads.push_back(spread(stratum));
    }
    const double plain =
        plain_trials(std::max(statistics.half_width, 1e-6), design_, clean_value(curve_, TrialMeasure::accuracy, rule_), spreads);
    statistics.gain = plain * double(curve_.clean.images) / double(std::max<std::int64_t>(image_evaluations_, 1));
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
    constexpr std::int64_t top5_from_classes = 5;
    if (classes_ >= top5_from_classes) {
        const StratifiedEstimate top5 = estimate(TrialMeasure::top5);
        point.top5_mean = std::clamp(top5.mean, 0.0, 1.0);
        point.top5_ci95 = within(top5.ci95, 0, 1);
    }
    point.sampled = statistics;
}

void add_samples(const SampledPoint& sampled, const CurveInfo& curve, const CampaignInfo& info, CurvePoint& point) {
    SampledTally tally(sampled.design, curve, info);
    for (std::size_t stratum = 0; stratum < sampled.trials.size(); ++stratum)
        for (const auto& [number, trial] : sampled.trials[stratum]) tally.add(stratum, number, trial);
    tally.add_to(point);
}

}  // namespace clipscope
