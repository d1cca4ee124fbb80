#include "campaign/comparison.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "campaign/comparison_statistics.h"
#include "campaign/curve_auc.h"
#include "common/csv_text.h"
#include "statistics/confidence.h"

namespace clipscope {
namespace {

std::optional<double> worst_of(const AccuracyCurve& curve, std::size_t rate, NonfiniteRule rule) {
    std::optional<double> worst;
    for (const auto& [number, trial] : curve.trials[rate]) {
        const double of_trial = accuracy(trial.outcome, rule);
        worst = worst ? std::min(*worst, of_trial) : of_trial;
    }
    return worst;
}

PairedDifference as_difference(const StratifiedEstimate& estimate, std::int64_t pairs) {
    PairedDifference difference;
    difference.pairs = int(pairs);
    difference.mean = estimate.mean;
    difference.standard_error = estimate.half_width() / normal_quantile_975;
    difference.sd = difference.standard_error * std::sqrt(double(std::max<std::int64_t>(pairs, 1)));
    difference.ci95_low = estimate.ci95.low;
    difference.ci95_high = estimate.ci95.high;
    return difference;
}

// Curves whose trials are drawn in strata: trial by trial where their draws are the same, otherwise drawn apart.
StratifiedEstimate difference_of(const AccuracyCurve& first, const AccuracyCurve& second, std::size_t rate, NonfiniteRule rule) {
    const SampledPoint& one = first.sampled[rate];
    const SampledPoint& other = second.sampled[rate];
    if (one.design.has_draws_of(other.design)) return sampled_difference(one, first.info, other, second.info, rule);
    const StratifiedEstimate means[] = {sampled_mean(one, first.info, TrialMeasure::accuracy, rule),
                                        sampled_mean(other, second.info, TrialMeasure::accuracy, rule)};
    const double weights[] = {-1, 1};
    return weighted_sum(means, weights);
}

ProtectionComparison compare_sampled(const AccuracyCurve& first, const AccuracyCurve& second, const CampaignInfo& info, NonfiniteRule rule,
                                     AucAxis axis) {
    ProtectionComparison comparison;
    comparison.layer = first.info.layer;
    comparison.first = first.info.protection;
    comparison.second = second.info.protection;
    comparison.nonfinite = rule;
    comparison.axis = info.axis;
    comparison.clean_cost = accuracy(first.info.clean, rule) - accuracy(second.info.clean, rule);
    std::vector<StratifiedEstimate> differences;  // at every rate above 0 that both have
    std::int64_t pairs_in_all = 0;
    for (std::size_t rate = 0; rate < info.rates.size(); ++rate) {
        if (first.sampled[rate].empty() || second.sampled[rate].empty()) continue;
        std::int64_t pairs = 0;
        for (const auto& trials : first.sampled[rate].trials) pairs += std::int64_t(trials.size());
        const StratifiedEstimate difference = difference_of(first, second, rate, rule);
        comparison.rates.push_back({.rate = info.rates[rate],
                                    .first_mean = sampled_mean(first.sampled[rate], first.info, TrialMeasure::accuracy, rule).mean,
                                    .second_mean = sampled_mean(second.sampled[rate], second.info, TrialMeasure::accuracy, rule).mean,
                                    .first_worst = worst_of(first, rate, rule),
                                    .second_worst = worst_of(second, rate, rule),
                                    .difference = as_difference(difference, pairs)});
        if (info.rates[rate] > 0) differences.push_back(difference);
        pairs_in_all += pairs;
    }
    CampaignInfo under_rule = info;
    under_rule.nonfinite = rule;
    const auto first_area = curve_auc(first, under_rule, axis);
    const auto second_area = curve_auc(second, under_rule, axis);
    if (!first_area || !second_area) return comparison;
    comparison.first_auc = first_area->auc;
    comparison.second_auc = second_area->auc;
    if (first_area->auc > 0) comparison.improvement = second_area->auc / first_area->auc - 1;
    StratifiedEstimate area = auc_of_estimates(differences, info, axis, info.trials > 0);
    const double shift = second_area->auc - first_area->auc - area.mean;  // of the clean accuracies, which are known
    area = {area.mean + shift, {area.ci95.low + shift, area.ci95.high + shift}};
    comparison.difference = as_difference(area, pairs_in_all);
    return comparison;
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> compared_curves(std::span<const CurveInfo> curves) {
    std::vector<Protection> protections;  // in the order of their first curves
    for (const CurveInfo& curve : curves)
        if (std::ranges::find(protections, curve.protection) == protections.end()) protections.push_back(curve.protection);
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t first = 0; first < protections.size(); ++first)
        for (std::size_t second = first + 1; second < protections.size(); ++second)
            for (std::size_t i = 0; i < curves.size(); ++i) {
                if (curves[i].protection != protections[first]) continue;
                const auto other = std::ranges::find_if(curves, [&](const CurveInfo& curve) {
                    return curve.layer == curves[i].layer && curve.protection == protections[second];
                });
                if (other != curves.end()) pairs.emplace_back(i, std::size_t(other - curves.begin()));
            }
    return pairs;
}

std::vector<ProtectionComparison> compare_protections(const AccuracyCurves& curves, NonfiniteRule nonfinite, AucAxis axis) {
    if (curves.info.precision) {
        std::vector<CurveInfo> infos;
        for (const AccuracyCurve& curve : curves.curves) infos.push_back(curve.info);
        std::vector<ProtectionComparison> comparisons;
        for (const auto& [first, second] : compared_curves(infos))
            comparisons.push_back(compare_sampled(curves.curves[first], curves.curves[second], curves.info, nonfinite, axis));
        return comparisons;
    }
    return ComparisonStatistics(curves, axis).comparisons(nonfinite);
}

std::string comparisons_csv(const AccuracyCurves& curves, AucAxis axis) {
    CsvText table({"layer", "first", "second", "nonfinite", curves.info.axis == PointAxis::fault_count ? "fault_count" : "rate_per_bit",
                   "pairs", "first_mean_fraction", "second_mean_fraction", "first_worst_fraction", "second_worst_fraction",
                   "difference_mean_fraction", "difference_ci95_low_fraction", "difference_ci95_high_fraction"});
    for (const NonfiniteRule rule : {NonfiniteRule::wrong, NonfiniteRule::argmax}) {
        for (const ProtectionComparison& comparison : compare_protections(curves, rule, axis)) {
            for (const RateComparison& rate : comparison.rates) {
                table.add(comparison.layer).add(to_string(comparison.first)).add(to_string(comparison.second)).add(to_string(rule));
                table.add(rate.rate).add(rate.difference.pairs).add(rate.first_mean).add(rate.second_mean).add(rate.first_worst);
                table.add(rate.second_worst).add(rate.difference.mean).add(rate.difference.ci95_low).add(rate.difference.ci95_high);
                table.end_row();
            }
        }
    }
    return table.text();
}

}  // namespace clipscope
