#include "campaign/point_faults.h"

#include "common/number_text.h"

namespace clipscope {

TrialFaults draw_point_faults(PointAxis axis, std::uint64_t seed, std::uint64_t trial, const std::vector<LayerInfo>& parts,
                              std::span<const std::size_t> scope, double most) {
    return axis == PointAxis::fault_count ? draw_counted_faults(seed, trial, parts, scope, std::int64_t(most))
                                          : draw_trial_faults(seed, trial, parts, scope, most);
}

TrialFaults draw_sampled_faults(PointAxis axis, std::uint64_t seed, double point, const Stratum& stratum, std::uint64_t trial,
                                const std::vector<LayerInfo>& parts, std::span<const std::size_t> scope, const CriticalBits& critical) {
    if (axis != PointAxis::fault_count) return draw_in_stratum(seed, point, stratum, trial, parts, scope, critical);
    return draw_counted_faults(seed, trial_key(seed, point, stratum, trial), parts, scope, std::int64_t(point));
}

std::string point_name(PointAxis axis, double point) {
    if (axis == PointAxis::fault_count) return number_text(point) + (point == 1 ? " fault" : " faults");
    return "rate " + rounded_text(point, 6);
}

double mean_faults(PointAxis axis, double point, std::int64_t places) {
    return axis == PointAxis::fault_rate ? point * double(places) : point;
}

}  // namespace clipscope
