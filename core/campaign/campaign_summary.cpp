#include "campaign/campaign_summary.h"

namespace clipscope {

CampaignSummary summary_of(const AccuracyCurves& curves) {
    CampaignSummary summary{curves.info, {}};
    for (const AccuracyCurve& curve : curves.curves) summary.curves.push_back({curve.info, curve_points(curve, curves.info)});
    return summary;
}

}  // namespace clipscope
