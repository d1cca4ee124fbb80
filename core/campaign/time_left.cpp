#include "campaign/time_left.h"

#include <algorithm>
#include <cmath>

#include "campaign/point_faults.h"

namespace clipscope {

std::int64_t bits_of_curve(const CampaignCurve& curve, const std::vector<LayerInfo>& parts) {
    return fault_bits(curve.scope.layers, parts) + count_check_places(curve.memory.get(), parts, curve.scope.layers) +
           count_output_places(*curve.evaluator, curve.scope);
}

TimeLeft::TimeLeft(std::span<const CampaignCurve> curves, const CampaignSettings& settings, const std::vector<LayerInfo>& parts)
    : rates_(settings.rates.size()) {
    for (const CampaignCurve& curve : curves) {
        const auto bits = double(bits_of_curve(curve, parts));
        for (const double rate : settings.rates)
            costs_.push_back(settings.axis == PointAxis::fault_count ? double(rate > 0) : -std::expm1(bits * std::log1p(-rate)));
    }
    for (const double cost : costs_) left_ += cost * settings.trials;
}

double TimeLeft::seconds(double elapsed) const {
    return done_ < 1 ? -1 : elapsed / done_ * std::max(left_, 0.0);
}

}  // namespace clipscope
