// AUCs to a wanted precision (method.md, "Estimates"): at each rate trials on few images, drawn apart from other rates', until the AUC of
// every network is known well enough. Rates that hardly count in the area get few trials. Trials are those of the whole stratum of a
// precise campaign with the same seed, rates and scope.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "campaign/auc_measurement.h"

namespace clipscope {

// Told, between rounds of trials, how many have run and the half-width so far of the widest AUC; by one thread at a time.
using PreciseAucObserver = std::function<void(std::int64_t trials, double half_width)>;

// The evaluator is prepared, the plan has a precision. Which trials run does not depend on the number of workers, nor on the clock but for
// AucPrecision::is_time_over. Empty where it was stopped.
std::optional<MeasuredAuc> measure_precise_auc(const Evaluator& evaluator, const AucPlan& plan, int threads,
                                               const PreciseAucObserver& observer, std::stop_token stop);

// One for each of the evaluator's thresholds, under the same trials; what is measured of one does not depend on the others beside it.
std::optional<std::vector<MeasuredAuc>> measure_precise_aucs(ThresholdEvaluator& evaluator, const AucPlan& plan, int threads,
                                                             const PreciseAucObserver& observer, std::stop_token stop);

}  // namespace clipscope
