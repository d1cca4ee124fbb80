// Runs the trials of a list of faults and tells how the images came out in each (method.md, "Lists of faults").
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/events.h"
#include "campaign/job_inputs.h"
#include "evaluation/work_share.h"
#include "faults/fault_list.h"

namespace clipscope {

struct FaultListSpecification {
    std::vector<ListedTrial> trials;
    int threads = 0;               // workers; 0: all cores. Results do not depend on it.
    int chunk = 0;                 // images a pass; 0: what suits network and images
    std::string device = "auto";   // "auto", "cpu", "cuda:0"
    std::size_t memory_bytes = 0;  // budget for kept activations; 0: a quarter of the free memory
    bool exact = false;            // see evaluation/evaluator.h
    // Trials that have run before, asked after FaultListStarted by one thread; empty: none.
    std::function<bool(std::size_t trial)> known{};
    WorkShare share{};  // what this process does of it: pieces are trials
};

// Sends FaultListStarted, a ListedTrialFinished for each trial that is not known, in the order of the list, with Progress between them, and
// JobFinished. Polls `stop` for every chunk of images; what was sent until then is a beginning of what is to be done. Throws Error,
// UsageError.
void run_fault_list(const JobInputs& inputs, const FaultListSpecification& specification, const EventSink& sink, std::stop_token stop);

}  // namespace clipscope
