// A campaign as panels draw it: the points of its curves, without their trials.
#pragma once

#include <span>
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
    BitPilot pilot{};  // as AccuracyCurves has it
};

CampaignSummary summary_of(const AccuracyCurves& curves);

// As side_by_side() of the curves.
CampaignSummary side_by_side(std::span<const CampaignSummary> results);

// True where the curves differ in their number format.
bool has_formats(const CampaignSummary& curves);

}  // namespace clipscope
