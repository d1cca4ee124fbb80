// The AUC of a measured curve (clipping/auc.h), as a whole and trial by trial.
#pragma once

#include <optional>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "clipping/auc.h"

namespace clipscope {

struct CurveAuc {
    double auc = 0;                  // of the mean accuracies
    std::vector<int> trials;         // numbers of the trials that have run at every rate above 0, ascending
    std::vector<double> trial_aucs;  // of each of them; pairs with another curve's by trial number
};

// Nothing while a rate above 0 has no trial yet, or where the rates span no axis.
std::optional<CurveAuc> curve_auc(const AccuracyCurve& curve, const CampaignInfo& info, AucAxis axis = AucAxis::linear);

}  // namespace clipscope
