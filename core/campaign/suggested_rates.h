// Fault rates for who asks for none: from the one where faults begin to the one where little is left (method.md, "Suggested rates").
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "campaign/events.h"
#include "campaign/fault_scope.h"
#include "campaign/job_inputs.h"
#include "evaluation/evaluator.h"
#include "faults/protected_memory.h"

namespace clipscope {

// Seven rates, log-spaced, from 0.1 expected faulty bits in scope to where the network has lost three quarters of what it knows beyond
// chance in a few trials on the evaluator's images (the tuning images; it is prepared). The same for any number of workers. on_probe is
// called after each probe. Empty where it was stopped.
std::optional<std::vector<double>> suggest_rates(const Evaluator& evaluator, const FaultScope& scope, std::uint64_t seed,
                                                 NonfiniteRule nonfinite, int threads, const std::function<void(double rate)>& on_probe,
                                                 std::stop_token stop, const std::shared_ptr<const ProtectedMemory>& memory = nullptr);

// One grid from the lowest to the highest of several suggestions; empty where there is none. Seven rates, or two a decade where that is
// more and `is_wide`.
std::vector<double> joint_grid(std::span<const std::vector<double>> suggested, bool is_wide = false);

// One grid for all scopes of a job, from the lowest to the highest rate that suggest_rates() gives for any of them, for the network clipped
// as `options` say. The inputs' images are the tuning images. Sends Progress at each probe. Empty where it was stopped.
std::optional<std::vector<double>> suggest_joint_rates(const JobInputs& tuning, const EvaluatorOptions& options,
                                                       const std::vector<FaultScope>& scopes, std::uint64_t seed, NonfiniteRule nonfinite,
                                                       int threads, const EventSink& sink, std::stop_token stop);

}  // namespace clipscope
