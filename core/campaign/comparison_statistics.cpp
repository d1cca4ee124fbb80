#include "campaign/comparison_statistics.h"

#include <algorithm>
#include <utility>

#include "campaign/curve_auc.h"
#include "campaign/point_statistics.h"
#include "statistics/summary.h"

namespace clipscope {
namespace {

constexpr std::array both_rules = {NonfiniteRule::wrong, NonfiniteRule::argmax};

const TrialOutcome* find_trial(const AccuracyCurve& curve, std::size_t rate, int trial) {
    if (rate >= curve.trials.size()) return nullptr;
    const auto found = curve.trials[rate].find(trial);
    return found == curve.trials[rate].end() ? nullptr : &found->second;
}

template <typename Sample, typename... Values>
void change_sample(Sample& sample, bool is_added, Values... values) {
    is_added ? sample.add(values...) : sample.remove(values...);
}

}  // namespace

ComparisonStatistics::ComparisonStatistics(const AccuracyCurves& curves, AucAxis axis)
    : info_(curves.info), axis_(axis), has_auc_(info_.axis == PointAxis::fault_rate && has_auc(info_.rates, axis)) {
    for (const AccuracyCurve& curve : curves.curves) curves_.push_back(curve.info);
    for (const auto& [first, second] : compared_curves(curves_)) pairs_.push_back({first, second});
    for (std::size_t i = 0; i < both_rules.size(); ++i) rules_[i] = make(both_rules[i]);
    for (std::size_t curve = 0; curve < curves_.size(); ++curve)
        for (std::size_t rate = 0; rate < curves.curves[curve].trials.size(); ++rate)
            for (const auto& [trial, outcome] : curves.curves[curve].trials[rate])
                change_accuracy(curves.curves[curve], curve, rate, trial, true);
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
        const auto& by_rate = curves.curves[pairs_[pair].first].trials;
        for (std::size_t rate = 0; rate < by_rate.size(); ++rate)
            for (const auto& [trial, outcome] : by_rate[rate]) change_difference(curves, pair, rate, trial, true);
        if (by_rate.empty()) continue;
        for (const auto& [trial, outcome] : by_rate.back()) change_auc_difference(curves, pair, trial, true);
    }
}

ComparisonStatistics::OfRule ComparisonStatistics::make(NonfiniteRule rule) const {
    OfRule of_rule;
    for (const CurveInfo& curve : curves_) {
        const std::int64_t unit = images_of(curve, info_);
        of_rule.accuracies.emplace_back(info_.rates.size(), RankedSample(0, unit, unit));
    }
    for (const Pair& pair : pairs_) {
        const CurveInfo& first = curves_[pair.first];
        const CurveInfo& second = curves_[pair.second];
        const std::int64_t unit = images_of(first, info_);
        const std::int64_t clean = right_images(second.clean, rule) - right_images(first.clean, rule);
        of_rule.differences.emplace_back(info_.rates.size(), TrialSample(-unit, unit, unit, clean));
        if (!has_auc_) continue;
        const double first_clean = accuracy(first.clean, rule);
        const double second_clean = accuracy(second.clean, rule);
        const Interval of_first = possible_aucs(first_clean, info_.rates, axis_);
        const Interval of_second = possible_aucs(second_clean, info_.rates, axis_);
        const std::vector<double> first_unharmed(info_.rates.size(), first_clean);
        const std::vector<double> second_unharmed(info_.rates.size(), second_clean);
        const double unharmed =
            auc(second_clean, info_.rates, second_unharmed, axis_) - auc(first_clean, info_.rates, first_unharmed, axis_);
        of_rule.auc_differences.emplace_back(in_fraction_units(of_second.low - of_first.high),
                                             in_fraction_units(of_second.high - of_first.low), fraction_unit, in_fraction_units(unharmed));
    }
    return of_rule;
}

void ComparisonStatistics::change(const AccuracyCurves& curves, std::size_t curve, std::size_t rate, int trial, bool is_added) {
    change_accuracy(curves.curves[curve], curve, rate, trial, is_added);
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
        if (pairs_[pair].first != curve && pairs_[pair].second != curve) continue;
        change_difference(curves, pair, rate, trial, is_added);
        if (info_.rates[rate] > 0) change_auc_difference(curves, pair, trial, is_added);
    }
}

void ComparisonStatistics::change_accuracy(const AccuracyCurve& trials, std::size_t curve, std::size_t rate, int trial, bool is_added) {
    const Outcome& outcome = find_trial(trials, rate, trial)->outcome;
    const std::int64_t unit = images_of(curves_[curve], info_);
    for (std::size_t i = 0; i < both_rules.size(); ++i)
        change_sample(rules_[i].accuracies[curve][rate], is_added, in_units(right_images(outcome, both_rules[i]), outcome.images, unit));
}

void ComparisonStatistics::change_difference(const AccuracyCurves& curves, std::size_t pair, std::size_t rate, int trial, bool is_added) {
    const AccuracyCurve& first = curves.curves[pairs_[pair].first];
    const TrialOutcome* of_first = find_trial(first, rate, trial);
    const TrialOutcome* of_second = find_trial(curves.curves[pairs_[pair].second], rate, trial);
    if (of_first == nullptr || of_second == nullptr) return;
    const std::int64_t unit = images_of(first.info, info_);
    for (std::size_t i = 0; i < both_rules.size(); ++i) {
        const auto units = [&](const Outcome& outcome) { return in_units(right_images(outcome, both_rules[i]), outcome.images, unit); };
        change_sample(rules_[i].differences[pair][rate], is_added, units(of_second->outcome) - units(of_first->outcome),
                      of_first->faults == 0 && of_second->faults == 0);
    }
}

void ComparisonStatistics::change_auc_difference(const AccuracyCurves& curves, std::size_t pair, int trial, bool is_added) {
    const AccuracyCurve& first = curves.curves[pairs_[pair].first];
    const AccuracyCurve& second = curves.curves[pairs_[pair].second];
    if (!has_auc_ || !is_whole(first, trial) || !is_whole(second, trial)) return;
    // A trial without a fault at the highest rate has none at any.
    const bool is_fault_free =
        first.trials[info_.rates.size() - 1].at(trial).faults == 0 && second.trials[info_.rates.size() - 1].at(trial).faults == 0;
    for (std::size_t i = 0; i < both_rules.size(); ++i) {
        const double difference = auc_of_trial(second, trial, both_rules[i]) - auc_of_trial(first, trial, both_rules[i]);
        change_sample(rules_[i].auc_differences[pair], is_added, in_fraction_units(difference), is_fault_free);
    }
}

bool ComparisonStatistics::is_whole(const AccuracyCurve& curve, int trial) const {
    for (std::size_t rate = 0; rate < info_.rates.size(); ++rate)
        if (info_.rates[rate] > 0 && find_trial(curve, rate, trial) == nullptr) return false;
    return true;
}

double ComparisonStatistics::auc_of_trial(const AccuracyCurve& curve, int trial, NonfiniteRule rule) const {
    const double clean = accuracy(curve.info.clean, rule);
    std::vector<double> accuracies;
    for (std::size_t rate = 0; rate < info_.rates.size(); ++rate)
        accuracies.push_back(info_.rates[rate] > 0 ? accuracy(curve.trials[rate].at(trial).outcome, rule) : clean);
    return auc(clean, info_.rates, accuracies, axis_);
}

std::optional<double> ComparisonStatistics::auc_of_means(const OfRule& of_rule, std::size_t curve, NonfiniteRule rule) const {
    if (!has_auc_) return std::nullopt;
    std::vector<double> means;
    for (std::size_t rate = 0; rate < info_.rates.size(); ++rate) {
        const RankedSample& sample = of_rule.accuracies[curve][rate];
        if (info_.rates[rate] > 0 && sample.count() == 0) return std::nullopt;
        means.push_back(sample.mean());
    }
    return auc(accuracy(curves_[curve].clean, rule), info_.rates, means, axis_);
}

// That no bit of either is faulty: the faults of one are among the other's, which has more bits (thresholds). Nothing where they have
// different check bits.
std::optional<double> ComparisonStatistics::fault_free(const Pair& pair, double rate) const {
    const CurveInfo& one = curves_[pair.first];
    const CurveInfo& other = curves_[pair.second];
    if (check_words_of(one.protection) != check_words_of(other.protection)) return std::nullopt;
    const auto first = fault_free_probability(rate, one, info_);
    const auto second = fault_free_probability(rate, other, info_);
    return first && second ? std::optional(std::min(*first, *second)) : std::nullopt;
}

ProtectionComparison ComparisonStatistics::compare(const OfRule& of_rule, std::size_t index, NonfiniteRule rule) const {
    const Pair& pair = pairs_[index];
    const CurveInfo& first = curves_[pair.first];
    const CurveInfo& second = curves_[pair.second];
    ProtectionComparison comparison;
    comparison.layer = first.layer;
    comparison.first = first.protection;
    comparison.second = second.protection;
    comparison.nonfinite = rule;
    comparison.axis = info_.axis;
    comparison.clean_cost = accuracy(first.clean, rule) - accuracy(second.clean, rule);
    comparison.first_auc = auc_of_means(of_rule, pair.first, rule);
    comparison.second_auc = auc_of_means(of_rule, pair.second, rule);
    if (comparison.first_auc && comparison.second_auc) {
        if (*comparison.first_auc > 0) comparison.improvement = *comparison.second_auc / *comparison.first_auc - 1;
        comparison.difference = paired_difference(of_rule.auc_differences[index], fault_free(pair, info_.rates.back()));
    }
    for (std::size_t rate = 0; rate < info_.rates.size(); ++rate) {
        const RankedSample& one = of_rule.accuracies[pair.first][rate];
        const RankedSample& other = of_rule.accuracies[pair.second][rate];
        if (one.count() == 0 || other.count() == 0) continue;
        comparison.rates.push_back({info_.rates[rate], one.mean(), other.mean(), one.min(), other.min(),
                                    paired_difference(of_rule.differences[index][rate], fault_free(pair, info_.rates[rate]))});
    }
    return comparison;
}

std::vector<ProtectionComparison> ComparisonStatistics::comparisons(NonfiniteRule rule) const {
    const OfRule& of_rule = rules_[rule == NonfiniteRule::argmax ? 1 : 0];
    std::vector<ProtectionComparison> comparisons;
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair) comparisons.push_back(compare(of_rule, pair, rule));
    return comparisons;
}

}  // namespace clipscope
