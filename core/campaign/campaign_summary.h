// A campaign as panels draw it: the points of its curves, without their trials.
#pragma once

#include <vector>

#include "campaign/accuracy_curves.h"

namespace clipscope {

struct CurveSummary {
    CurveInfo info;
    std::vector<CurvePoint> points;  // ascending by rate
};

struct CampaignSummary {
    CampaignInfo info;
    std::vector<CurveSummary> curves;
};

CampaignSummary summary_of(const AccuracyCurves& curves);

// True where the curves differ in their number format.
bool has_formats(const CampaignSummary& curves);

}  // namespace clipscope
