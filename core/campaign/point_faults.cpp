#include "campaign/point_faults.h"

#include "common/number_text.h"

namespace clipscope {

TrialFaults draw_point_faults(PointAxis axis, std::uint64_t seed, std::uint64_t trial, const std::vector<LayerInfo>& parts,
                              std::span<const std::size_t> scope, double most) {
    return axis == PointAxis::fault_count ? draw_counted_faults(seed, trial, parts, scope, std::int64_t(most))
                                          : draw_trial_faults(seed, trial, parts, scope, most);
}

TrialFaults draw_point_faults(PointAxis axis, std::uint64_t seed, std::uint64_t trial, const Evaluator& evaluator, const FaultScope& scope,
                              double most) {
    TrialFaults faults;
    if (!scope.layers.empty()) faults = draw_point_faults(axis, seed, trial, evaluator.network().memory_parts(), scope.layers, most);
    if (scope.outputs.empty()) return faults;
    const std::vector<OutputMemory> outputs = evaluator.output_memories(scope.outputs);
    faults.outputs = axis == PointAxis::fault_count
                         ? draw_counted_output_faults(seed, trial, outputs, evaluator.image_numbers(), std::int64_t(most))
                         : draw_output_faults(seed, trial, outputs, evaluator.image_numbers(), most);
    return faults;
}

std::int64_t count_output_places(const Evaluator& evaluator, const FaultScope& scope) {
    std::int64_t places = 0;
    for (const OutputMemory& output : evaluator.output_memories(scope.outputs)) places += count_fault_places(output.info);
    return places * std::int64_t(evaluator.image_numbers().size());
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
