// The faults of one trial at a point of the curves, whatever these are drawn over.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/fault_scope.h"
#include "evaluation/evaluator.h"
#include "faults/critical_bits.h"
#include "faults/trial_faults.h"

namespace clipscope {

// Of a trial on all images, up to the point `most`: those below a smaller rate or number are those of the trial there. Not over bit
// positions (campaign/bit_positions.h).
TrialFaults draw_point_faults(PointAxis axis, std::uint64_t seed, std::uint64_t trial, const std::vector<LayerInfo>& parts,
                              std::span<const std::size_t> scope, double most);

// The same in a scope of an evaluator's network, with the faults of its outputs for the evaluator's images. Numbers of faults are those of
// the stored values and, for each image, those of the outputs. The evaluator knows how large outputs are. Throws UsageError where no fault
// can hit them.
TrialFaults draw_point_faults(PointAxis axis, std::uint64_t seed, std::uint64_t trial, const Evaluator& evaluator, const FaultScope& scope,
                              double most);

// Where a fault can begin in the outputs of a scope, in all images.
std::int64_t count_output_places(const Evaluator& evaluator, const FaultScope& scope);

// Of a trial drawn for this point alone, in one of its strata; a fixed number of faults has no strata.
TrialFaults draw_sampled_faults(PointAxis axis, std::uint64_t seed, double point, const Stratum& stratum, std::uint64_t trial,
                                const std::vector<LayerInfo>& parts, std::span<const std::size_t> scope, const CriticalBits& critical);

// "rate 1e-07", "4 faults".
std::string point_name(PointAxis axis, double point);

// How many faults, or patterns, a trial has there on average.
double mean_faults(PointAxis axis, double point, std::int64_t places);

}  // namespace clipscope
