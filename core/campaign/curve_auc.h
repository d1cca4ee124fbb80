// The AUC of a measured curve (clipping/auc.h), as a whole and trial by trial.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "clipping/auc.h"

namespace clipscope {

struct CurveAuc {
    double auc = 0;                  // of the mean accuracies
    std::vector<int> trials;         // numbers of the trials that have run at every rate above 0, ascending
    std::vector<double> trial_aucs;  // of each of them; pairs with another curve's by trial number
    Interval ci95;                   // of the AUC, from these trials, which keeps the correlation between rates; holds `auc`
};

// What the AUC can be, from all wrong to all right at every rate above 0: on the linear axis the clean accuracy has a part of its own.
Interval possible_aucs(double clean_accuracy, std::span<const double> rates, AucAxis axis);

// The AUC of estimates, one for each rate above 0 that there is, as if the clean accuracy were 0 (at which it has a part of its own).
// `joint`: they share trials, so that their errors add up in full.
StratifiedEstimate auc_of_estimates(std::span<const StratifiedEstimate> estimates, const CampaignInfo& info, AucAxis axis, bool joint);

// Nothing while a rate above 0 has no trial yet, or where the rates span no axis.
std::optional<CurveAuc> curve_auc(const AccuracyCurve& curve, const CampaignInfo& info, AucAxis axis = AucAxis::linear);

// The 95 % interval of each curve's AUC, in the order of the curves; nothing where it has none yet.
std::vector<std::optional<Interval>> auc_intervals(const AccuracyCurves& curves, AucAxis axis);

}  // namespace clipscope
