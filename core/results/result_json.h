// The JSON file of a sensitivity or a comparison job: every statistic that people read and every trial behind them, so that a file read
// back draws exactly what was drawn live. Where curves differ in their number format, each has a "format" of its own; the one on top is the
// first curve's. Over bit positions each point has a "bit" in place of its "rate". Intervals at 95 % (statistics/mean_interval.h): "ci95"
// of the mean accuracy, "top5_ci95", "sdc_ci95", "due_ci95" and a curve's "auc_ci95" over faults alone, for these images; "ci95_images" of
// the mean accuracy over faults and images, for other images of the same kind. No time and no machine is in it: the same results give the
// same bytes.
#pragma once

#include <string>

#include "campaign/accuracy_curves.h"
#include "clipping/auc.h"

namespace clipscope {

struct CampaignResult {
    std::string kind = "sensitivity";  // "compare" or "duel"
    AucAxis auc_axis = AucAxis::linear;
    AccuracyCurves curves;
};

// Of a result's "kind": whether such a file holds curves, and whether these are of several protections.
bool is_of_curves(const std::string& kind);
bool is_of_protections(const std::string& kind);

std::string result_to_json(const CampaignResult& result);

// Restores all but the statistics, which follow from the trials. `file` is named in errors: throws Error where the text is not such a file.
CampaignResult result_from_json(const std::string& text, const std::string& file);

}  // namespace clipscope
