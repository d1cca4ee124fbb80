// Measures the AUC of a network under faults in one scope: what a sweep and a search ask for at each threshold.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/fault_scope.h"
#include "campaign/self_check.h"
#include "campaign/tuning_result.h"
#include "evaluation/evaluator.h"
#include "evaluation/item_team.h"
#include "evaluation/threshold_evaluator.h"
#include "faults/protected_memory.h"

namespace clipscope {

// Where an AUC is to be known well instead of from a number of trials (precise_auc.h).
struct AucPrecision {
    double half_width = 0.01;                     // wanted, of the 95 % interval, a fraction
    std::vector<std::int64_t> right{}, others{};  // images, as one of the networks answers them without faults: trials take of both
    std::uint64_t multiplications_per_image = 0;
    bool takes_samples = true;             // otherwise every trial runs on all images
    std::function<bool()> is_time_over{};  // looked at between rounds of trials; empty: never
};

// The faults are a function of this alone, so that every network measured by the same plan meets the same ones.
struct AucPlan {
    FaultScope scope;
    std::vector<double> rates;  // ascending
    int trials = 50;
    std::uint64_t seed = 1;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    AucAxis axis = AucAxis::linear;
    SelfCheckSettings self_check{};           // not of trials on few images
    std::optional<AucPrecision> precision{};  // then `trials` says nothing
    std::shared_ptr<const ProtectedMemory> memory{};  // that holds the words, without a precision; null: they are read as stored
    ItemTeam* team = nullptr;                         // that runs the trials together; null: this process alone
};

// What measure_auc() and measure_aucs() make of their trials, by their number: each has an outcome at each of the plan's rates. There is at
// least one; here they may have run on different numbers of images. Without a self-check.
MeasuredAuc auc_of_trials(const std::map<int, std::vector<TrialOutcome>>& trials, const Outcome& clean, const AucPlan& plan,
                          const Network& network);

// Told of a finished trial: its number and its outcome at each of the plan's rates.
using TrialObserver = std::function<void(int trial, const std::vector<TrialOutcome>& by_rate)>;

// The evaluator is prepared. `threads`: workers, on which the result does not depend. on_trial, which may be empty, is called after each
// trial, by one thread at a time. Empty where it was stopped.
std::optional<MeasuredAuc> measure_auc(const Evaluator& evaluator, const AucPlan& plan, int threads, const TrialObserver& on_trial,
                                       std::stop_token stop);

// Told of a trial that has finished at all thresholds, and of its outcome at each threshold and each of the plan's rates.
using ThresholdTrialObserver = std::function<void(int trial, const std::vector<std::vector<TrialOutcome>>& by_threshold_and_rate)>;

// One for each of the evaluator's thresholds.
std::optional<std::vector<MeasuredAuc>> measure_aucs(ThresholdEvaluator& evaluator, const AucPlan& plan, int threads,
                                                     const ThresholdTrialObserver& on_trial, std::stop_token stop);

}  // namespace clipscope
