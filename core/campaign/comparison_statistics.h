// The numbers of a comparison, kept up to date trial by trial: the cost of one more trial, and of asking for the numbers, does not grow
// with the trials that are there (but for looking one up). The same trials give the same numbers, bit for bit, in any order.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/comparison.h"
#include "statistics/mean_interval.h"

namespace clipscope {

class ComparisonStatistics {
public:
    // Of all trials that the curves have.
    ComparisonStatistics(const AccuracyCurves& curves, AucAxis axis);

    AucAxis axis() const { return axis_; }

    // A trial that `curves` has by now, or that it is about to lose or to replace. `curves` is the same as ever but for its trials.
    void add(const AccuracyCurves& curves, std::size_t curve, std::size_t rate, int trial) { change(curves, curve, rate, trial, true); }
    void remove(const AccuracyCurves& curves, std::size_t curve, std::size_t rate, int trial) { change(curves, curve, rate, trial, false); }

    // As compare_protections() says.
    std::vector<ProtectionComparison> comparisons(NonfiniteRule rule) const;

private:
    struct Pair {  // curves by their index
        std::size_t first = 0;
        std::size_t second = 0;
    };
    struct OfRule {
        std::vector<std::vector<RankedSample>> accuracies;  // by curve and rate
        std::vector<std::vector<TrialSample>> differences;  // by pair and rate
        std::vector<TrialSample> auc_differences;           // by pair
    };

    OfRule make(NonfiniteRule rule) const;
    void change(const AccuracyCurves& curves, std::size_t curve, std::size_t rate, int trial, bool is_added);
    void change_accuracy(const AccuracyCurve& trials, std::size_t curve, std::size_t rate, int trial, bool is_added);
    // Nothing where one of the two curves lacks the trial, at this rate or at any.
    void change_difference(const AccuracyCurves& curves, std::size_t pair, std::size_t rate, int trial, bool is_added);
    void change_auc_difference(const AccuracyCurves& curves, std::size_t pair, int trial, bool is_added);
    bool is_whole(const AccuracyCurve& curve, int trial) const;
    double auc_of_trial(const AccuracyCurve& curve, int trial, NonfiniteRule rule) const;
    std::optional<double> auc_of_means(const OfRule& of_rule, std::size_t curve, NonfiniteRule rule) const;
    ProtectionComparison compare(const OfRule& of_rule, std::size_t pair, NonfiniteRule rule) const;
    std::optional<double> fault_free(const Pair& pair, double rate) const;

    CampaignInfo info_;
    std::vector<CurveInfo> curves_;
    AucAxis axis_;
    bool has_auc_;
    std::vector<Pair> pairs_;
    std::array<OfRule, 2> rules_;  // all wrong, argmax
};

}  // namespace clipscope
