// Counts what a network's activation sites put out, in the clean network and under faults (FT-ClipAct, step 1 and Fig. 3).
#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "clipping/activation_histogram.h"
#include "evaluation/evaluator.h"
#include "faults/trial_faults.h"

namespace clipscope {

// One histogram for each of the network's sites, over all of the evaluator's images, with the bits faulty whose mark is below `rate`
// (TrialFaults{}: none) and the evaluator's thresholds in force. The evaluator need not be prepared. The same for any number of workers.
// A site inside a branch or a loop keeps an empty histogram. Polls `stop` for every chunk; empty where it was stopped.
std::optional<std::vector<ActivationHistogram>> record_activations(const Evaluator& evaluator, const TrialFaults& faults, double rate,
                                                                   int threads, std::stop_token stop);

}  // namespace clipscope
