#include "campaign/curve_in_time.h"

#include <algorithm>

#include "campaign/fault_scope.h"

namespace clipscope {

std::vector<MeasuredShare> measured_shares(std::span<const CurvePoint> points, FailureKind kind) {
    std::vector<MeasuredShare> shares;
    for (const CurvePoint& point : points)
        shares.push_back(kind == FailureKind::sdc ? MeasuredShare{point.rate, point.sdc_mean, point.sdc_ci95}
                                                  : MeasuredShare{point.rate, point.due_mean, point.due_ci95});
    return shares;
}

const CurvePoint* single_fault_point(std::span<const CurvePoint> points) {
    const auto found = std::ranges::find(points, 1.0, &CurvePoint::rate);
    return found == points.end() ? nullptr : &*found;
}

CurveInTime curve_in_time(const CurveInfo& curve, const CampaignInfo& info, std::span<const CurvePoint> points, double upsets_per_bit_hour,
                          double hours) {
    CurveInTime result{.curve = curve.layer, .bits = curve.bits};
    if (curve.protection != Protection::none) result.curve += " (" + to_string(curve.protection) + ")";
    const auto bits = double(curve.bits);
    result.raw_fit = failures_in_time(upsets_per_bit_hour, bits, 1, {1, 1}).fit;
    if (info.axis == PointAxis::fault_count) {
        if (const CurvePoint* one = single_fault_point(points)) {
            result.sdc = failures_in_time(upsets_per_bit_hour, bits, one->sdc_mean, one->sdc_ci95);
            result.due = failures_in_time(upsets_per_bit_hour, bits, one->due_mean, one->due_ci95);
            result.covered = 1 - one->sdc_mean;
        }
        return result;
    }
    const std::vector<MeasuredShare> sdc = measured_shares(points, FailureKind::sdc), due = measured_shares(points, FailureKind::due);
    result.sdc_at_end = share_at(sdc, fault_rate_after(upsets_per_bit_hour, hours));
    result.sdc_mean = mean_share(sdc, upsets_per_bit_hour, hours);
    result.due_mean = mean_share(due, upsets_per_bit_hour, hours);
    return result;
}

bool lasts_in_memory(const CurveInfo& curve) {
    return !has_computed_values(curve.layer);
}

std::string no_time_in(const CampaignInfo& info) {
    if (info.axis == PointAxis::bit_position) return "is over bit positions: take a result over fault rates, or with --faults 1";
    if (info.axis == PointAxis::fault_count && std::ranges::find(info.rates, 1.0) == info.rates.end())
        return "has no trials with exactly one fault: run sensitivity with --faults 1";
    return {};
}

std::string levels_within(double fit, double covered) {
    std::string names;
    for (const SafetyLevel& level : safety_levels())
        if (fit < level.most_fit && covered >= level.least_covered) names += (names.empty() ? "" : ", ") + std::string(level.name);
    return names.empty() ? "none" : names;
}

}  // namespace clipscope
