#include "campaign/curve_auc.h"

#include <algorithm>

#include "campaign/point_statistics.h"

namespace clipscope {
namespace {

// One map of trials for each rate above 0; empty where one has none yet.
std::vector<const std::map<int, TrialOutcome>*> trials_above_zero(const AccuracyCurve& curve, const CampaignInfo& info) {
    std::vector<const std::map<int, TrialOutcome>*> trials;
    for (std::size_t i = 0; i < info.rates.size(); ++i) {
        if (info.rates[i] == 0) continue;
        if (i >= curve.trials.size() || curve.trials[i].empty()) return {};
        trials.push_back(&curve.trials[i]);
    }
    return trials;
}

// A trial without a fault at the highest rate has none at any.
Interval interval_of(const CurveAuc& area, const std::map<int, TrialOutcome>& at_highest_rate, const AccuracyCurve& curve,
                     const CampaignInfo& info, AucAxis axis) {
    const double clean = accuracy(curve.info.clean, info.nonfinite);
    const Interval possible = possible_aucs(clean, info.rates, axis);
    const std::vector<double> unharmed(info.rates.size(), clean);
    TrialSample sample(in_fraction_units(possible.low), in_fraction_units(possible.high), fraction_unit,
                       in_fraction_units(auc(clean, info.rates, unharmed, axis)));
    for (std::size_t i = 0; i < area.trials.size(); ++i)
        sample.add(in_fraction_units(area.trial_aucs[i]), at_highest_rate.at(area.trials[i]).faults == 0);
    const Interval interval = sample.interval(fault_free_probability(info.rates.back(), curve.info, info));
    return {std::min(interval.low, area.auc), std::max(interval.high, area.auc)};
}

std::optional<CurveAuc> sampled_auc(const AccuracyCurve& curve, const CampaignInfo& info, AucAxis axis) {
    if (info.axis != PointAxis::fault_rate || !has_auc(info.rates, axis)) return std::nullopt;
    std::vector<StratifiedEstimate> estimates;
    for (std::size_t i = 0; i < info.rates.size(); ++i) {
        if (info.rates[i] == 0) continue;
        if (curve.sampled[i].empty()) return std::nullopt;
        estimates.push_back(sampled_mean(curve.sampled[i], curve.info, TrialMeasure::accuracy, info.nonfinite));
    }
    const StratifiedEstimate area = auc_of_estimates(estimates, info, axis, info.trials > 0);
    const double of_clean = auc(accuracy(curve.info.clean, info.nonfinite), info.rates, std::vector<double>(info.rates.size(), 0.0), axis);
    const Interval possible = possible_aucs(accuracy(curve.info.clean, info.nonfinite), info.rates, axis);
    const auto within = [&](double value) { return std::clamp(value + of_clean, possible.low, possible.high); };
    CurveAuc result;
    result.auc = within(area.mean);
    result.ci95 = {within(area.ci95.low), within(area.ci95.high)};
    return result;
}

}  // namespace

StratifiedEstimate auc_of_estimates(std::span<const StratifiedEstimate> estimates, const CampaignInfo& info, AucAxis axis, bool joint) {
    std::vector<double> weights;
    const std::vector<double> of_rates = auc_weights(info.rates, axis);
    for (std::size_t i = 0; i < info.rates.size(); ++i)
        if (info.rates[i] > 0) weights.push_back(of_rates[i]);
    StratifiedEstimate area = weighted_sum(estimates, weights);
    if (!joint) return area;
    area.ci95 = {area.mean, area.mean};
    for (std::size_t i = 0; i < estimates.size(); ++i) {
        area.ci95.low -= weights[i] * (estimates[i].mean - estimates[i].ci95.low);
        area.ci95.high += weights[i] * (estimates[i].ci95.high - estimates[i].mean);
    }
    return area;
}

Interval possible_aucs(double clean_accuracy, std::span<const double> rates, AucAxis axis) {
    const std::vector<double> all_wrong(rates.size(), 0.0);
    const std::vector<double> all_right(rates.size(), 1.0);
    return {auc(clean_accuracy, rates, all_wrong, axis), auc(clean_accuracy, rates, all_right, axis)};
}

std::optional<CurveAuc> curve_auc(const AccuracyCurve& curve, const CampaignInfo& info, AucAxis axis) {
    if (!curve.sampled.empty()) return sampled_auc(curve, info, axis);
    const auto by_rate = trials_above_zero(curve, info);
    if (info.axis != PointAxis::fault_rate || by_rate.empty() || !has_auc(info.rates, axis)) return std::nullopt;

    CurveAuc result;
    for (const auto& [number, trial] : *by_rate.front()) {
        if (std::all_of(by_rate.begin(), by_rate.end(), [number = number](const auto* trials) { return trials->contains(number); }))
            result.trials.push_back(number);
    }
    std::vector<double> rates, means;
    std::vector<std::vector<double>> accuracies;
    for (const double rate : info.rates) {
        if (rate > 0) rates.push_back(rate);
    }
    for (const auto* trials : by_rate) {
        std::vector<double> of_rate;
        for (const int number : result.trials) of_rate.push_back(accuracy(trials->at(number).outcome, info.nonfinite));
        accuracies.push_back(std::move(of_rate));
    }
    for (const CurvePoint& point : curve_points(curve, info)) {
        if (point.rate > 0) means.push_back(point.mean);
    }
    const double clean = accuracy(curve.info.clean, info.nonfinite);
    result.auc = auc(clean, rates, means, axis);
    result.trial_aucs = trial_aucs(clean, rates, accuracies, axis);
    result.ci95 = interval_of(result, *by_rate.back(), curve, info, axis);
    return result;
}

std::vector<std::optional<Interval>> auc_intervals(const AccuracyCurves& curves, AucAxis axis) {
    std::vector<std::optional<Interval>> intervals;
    for (const AccuracyCurve& curve : curves.curves) {
        const auto area = curve_auc(curve, curves.info, axis);
        intervals.push_back(area ? std::optional(area->ci95) : std::nullopt);
    }
    return intervals;
}

}  // namespace clipscope
