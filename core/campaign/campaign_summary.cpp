#include "campaign/campaign_summary.h"

#include <algorithm>
#include <set>

namespace clipscope {

CampaignSummary summary_of(const AccuracyCurves& curves) {
    CampaignSummary summary{curves.info, {}, curves.pilot};
    for (const AccuracyCurve& curve : curves.curves) summary.curves.push_back({curve.info, curve_points(curve, curves.info)});
    return summary;
}

CampaignSummary side_by_side(std::span<const CampaignSummary> results) {
    if (results.size() == 1) return results.front();
    CampaignSummary joint;
    std::set<double> rates;
    for (const CampaignSummary& result : results) rates.insert(result.info.rates.begin(), result.info.rates.end());
    if (!results.empty()) {
        joint.info = results.front().info;
        joint.pilot = results.front().pilot;
    }
    joint.info.rates.assign(rates.begin(), rates.end());
    for (const CampaignSummary& result : results) {
        for (const CurveSummary& curve : result.curves) {
            joint.curves.push_back(curve);
            joint.curves.back().info.format = format_of(curve.info, result.info);
        }
    }
    return joint;
}

bool has_formats(const CampaignSummary& curves) {
    return std::ranges::any_of(curves.curves, [](const CurveSummary& curve) { return curve.info.format.has_value(); });
}

}  // namespace clipscope
