#include "campaign/comparison.h"

#include <algorithm>
#include <map>

#include "campaign/curve_auc.h"
#include "common/csv_text.h"

namespace clipscope {
namespace {

using TrialValues = std::map<int, double>;  // by trial

// Of the trials that both have, in order.
PairedDifference paired(const TrialValues& first, const TrialValues& second) {
    std::vector<double> of_first, of_second;
    for (const auto& [trial, value] : first) {
        const auto other = second.find(trial);
        if (other == second.end()) continue;
        of_first.push_back(value);
        of_second.push_back(other->second);
    }
    return paired_difference(of_first, of_second);
}

TrialValues accuracies(const std::map<int, TrialOutcome>& trials, NonfiniteRule rule) {
    TrialValues values;
    for (const auto& [number, trial] : trials) values.emplace(number, accuracy(trial.outcome, rule));
    return values;
}

TrialValues aucs(const CurveAuc& area) {
    TrialValues values;
    for (std::size_t i = 0; i < area.trials.size(); ++i) values.emplace(area.trials[i], area.trial_aucs[i]);
    return values;
}

RateComparison compare_rate(double rate, const TrialValues& first, const TrialValues& second) {
    const auto summary = [](const TrialValues& values) {
        std::vector<double> all;
        for (const auto& [trial, value] : values) all.push_back(value);
        return summarize(all);
    };
    const Summary one = summary(first), other = summary(second);
    return {rate, one.mean, other.mean, one.min, other.min, paired(first, second)};
}

ProtectionComparison compare(const AccuracyCurve& first, const AccuracyCurve& second, const CampaignInfo& info, AucAxis axis) {
    ProtectionComparison comparison;
    comparison.layer = first.info.layer;
    comparison.first = first.info.protection;
    comparison.second = second.info.protection;
    comparison.nonfinite = info.nonfinite;
    comparison.clean_cost = accuracy(first.info.clean, info.nonfinite) - accuracy(second.info.clean, info.nonfinite);
    const auto first_area = curve_auc(first, info, axis), second_area = curve_auc(second, info, axis);
    if (first_area) comparison.first_auc = first_area->auc;
    if (second_area) comparison.second_auc = second_area->auc;
    if (first_area && second_area) {
        if (first_area->auc > 0) comparison.improvement = second_area->auc / first_area->auc - 1;
        comparison.difference = paired(aucs(*first_area), aucs(*second_area));
    }
    for (std::size_t i = 0; i < info.rates.size(); ++i) {
        if (first.trials[i].empty() || second.trials[i].empty()) continue;
        comparison.rates.push_back(
            compare_rate(info.rates[i], accuracies(first.trials[i], info.nonfinite), accuracies(second.trials[i], info.nonfinite)));
    }
    return comparison;
}

}  // namespace

std::vector<ProtectionComparison> compare_protections(const AccuracyCurves& curves, NonfiniteRule nonfinite, AucAxis axis) {
    constexpr std::pair<Protection, Protection> pairs[] = {{Protection::none, Protection::clip_actmax},
                                                           {Protection::none, Protection::clip_tuned},
                                                           {Protection::clip_actmax, Protection::clip_tuned}};
    CampaignInfo info = curves.info;
    info.nonfinite = nonfinite;
    const auto find = [&](const std::string& layer, Protection protection) {
        return std::find_if(curves.curves.begin(), curves.curves.end(),
                            [&](const AccuracyCurve& curve) { return curve.info.layer == layer && curve.info.protection == protection; });
    };
    std::vector<ProtectionComparison> comparisons;
    for (const auto& [first, second] : pairs) {
        for (const AccuracyCurve& curve : curves.curves) {
            if (curve.info.protection != first) continue;
            const auto other = find(curve.info.layer, second);
            if (other != curves.curves.end()) comparisons.push_back(compare(curve, *other, info, axis));
        }
    }
    return comparisons;
}

std::string comparisons_csv(const AccuracyCurves& curves, AucAxis axis) {
    CsvText table({"layer", "first", "second", "nonfinite", "rate_per_bit", "pairs", "first_mean_fraction", "second_mean_fraction",
                   "first_worst_fraction", "second_worst_fraction", "difference_mean_fraction", "difference_ci95_low_fraction",
                   "difference_ci95_high_fraction"});
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
