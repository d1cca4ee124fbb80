// What a campaign to a wanted precision will take, as far as its first trials tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "campaign/curve_campaign.h"
#include "campaign/curve_groups.h"
#include "campaign/precise_point.h"

namespace clipscope {

// One point of the curves of a group.
struct GroupPoint {
    std::size_t group = 0;
    std::size_t rate = 0;
    PrecisePoint point;
};

struct PrecisionPlan {
    struct Point {
        CurveInfo curve;
        double rate = 0;
        std::int64_t trials = 0;  // in all
        std::int64_t image_evaluations = 0;
        double plain_trials = 0;  // of all images, that plain sampling would need
    };
    std::vector<Point> points;
    double seconds = 0;        // of the whole, the first look included
    double plain_seconds = 0;  // of plain trials of the same engine
    BitPilot pilot;
};

// What a campaign is in the middle of.
struct CampaignSoFar {
    const CampaignSettings& settings;
    std::span<const CampaignCurve> curves;
    const std::vector<CurveInfo>& infos;  // of the curves
    const std::vector<CurveGroup>& groups;
    const std::vector<LayerInfo>& parts;
    double seconds = 0;            // since it began
    double seconds_of_trials = 0;  // of these, that all workers ran trials
};

// Of all rounds.
std::int64_t predict_trials(std::vector<GroupPoint>& points);

// Runs a few trials on all images, to tell what plain ones take. The pilot is not filled in.
PrecisionPlan predict(std::vector<GroupPoint>& points, const CampaignSoFar& so_far, const std::stop_token& stop);

}  // namespace clipscope
