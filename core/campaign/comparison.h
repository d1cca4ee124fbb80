// What a comparison says in numbers: how much resilience a protection adds and what it costs (FT-ClipAct, section V-B). Pure functions of
// the curves, so that a file read back gives the same.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "clipping/auc.h"
#include "statistics/summary.h"

namespace clipscope {

// The pairs of curves, by their places, that are about one scope under two protections: the first protection with each other, then the
// second with those behind it, and so on.
std::vector<std::pair<std::size_t, std::size_t>> compared_curves(std::span<const CurveInfo> curves);

// Two protections at one rate; accuracies are fractions.
struct RateComparison {
    double rate = 0;
    double first_mean = 0;
    double second_mean = 0;
    std::optional<double> first_worst{};  // of all whole trials; nothing where there are none
    std::optional<double> second_worst{};
    PairedDifference difference{};  // second - first, trial by trial; of the trials that both have
};

struct ProtectionComparison {
    std::string layer;  // the faults' scope
    Protection first = Protection::none;
    Protection second = Protection::none;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    PointAxis axis = PointAxis::fault_rate;  // or fault_count: then the rates are numbers of faults, and there are no AUCs
    std::optional<double> first_auc;         // nothing while a rate has no trial
    std::optional<double> second_auc;
    std::optional<double> improvement;           // second / first - 1; nothing where the first is 0
    std::optional<PairedDifference> difference;  // of the AUCs, trial by trial
    double clean_cost = 0;                       // first - second, without faults
    std::vector<RateComparison> rates;
};

// Of all compared_curves(), in their order.
std::vector<ProtectionComparison> compare_protections(const AccuracyCurves& curves, NonfiniteRule nonfinite,
                                                      AucAxis axis = AucAxis::linear);

// comparisons.csv: one row for each comparison and rate, under both rules.
std::string comparisons_csv(const AccuracyCurves& curves, AucAxis axis = AucAxis::linear);

}  // namespace clipscope
