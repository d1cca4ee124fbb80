#include "campaign/campaign_summary.h"

#include <algorithm>

namespace clipscope {

CampaignSummary summary_of(const AccuracyCurves& curves) {
    CampaignSummary summary{curves.info, {}};
    for (const AccuracyCurve& curve : curves.curves) summary.curves.push_back({curve.info, curve_points(curve, curves.info)});
    return summary;
}

bool has_formats(const CampaignSummary& curves) {
    return std::ranges::any_of(curves.curves, [](const CurveSummary& curve) { return curve.info.format.has_value(); });
}

}  // namespace clipscope
