// One trial at rising rates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>

#include "campaign/accuracy_curves.h"
#include "evaluation/evaluator.h"
#include "evaluation/threshold_evaluator.h"

namespace clipscope {

// Runs the faults at each of the ascending rates and tells each outcome. Faulty sets are nested, so that as many faults as at the rate
// before are the same faults and need no second run. Returns false where it was stopped on the way.
bool run_trial(TrialRunner& runner, const Evaluator& evaluator, const TrialFaults& faults, std::span<const double> rates,
               const std::stop_token& stop, const std::function<void(std::size_t rate_index, const TrialOutcome& outcome)>& report);

// The same at all thresholds that are ready, the number of the trial standing for its faults.
bool run_trial(ThresholdRunner& runner, const ThresholdEvaluator& evaluator, std::uint64_t trial, const TrialFaults& faults,
               std::span<const double> rates, const std::stop_token& stop,
               const std::function<void(std::size_t threshold, std::size_t rate_index, const TrialOutcome& outcome)>& report);

}  // namespace clipscope
