// Runs the trials of a list of faults and tells what became of the images in each (method.md, "Lists of faults").
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "campaign/job_inputs.h"
#include "evaluation/outcome.h"
#include "faults/fault_list.h"

namespace clipscope {

struct FaultListSettings {
    int threads = 0;               // workers; 0: all cores. Results do not depend on it.
    int chunk = 0;                 // images a pass; 0: what suits network and images
    std::string device = "auto";   // "auto", "cpu", "cuda:0"
    std::size_t memory_bytes = 0;  // budget for kept activations; 0: a quarter of the free memory
    bool exact = false;            // see evaluation/evaluator.h
};

// What became of the images; the first three add up to all of them.
struct ListedOutcome {
    std::int64_t faults = 0;
    std::int64_t unchanged = 0;     // every logit is the clean one, bit for bit
    std::int64_t same_answer = 0;   // logits differ, the answer does not
    std::int64_t other_answer = 0;  // the greatest logit is another one; a NaN counts as the greatest
    Outcome outcome;                // right answers; `due`: images with a non-finite logit
    // Of a single fault: the stored number without it and with it.
    std::optional<float> before{}, after{};
};

struct FaultListObserver {
    std::function<void(std::size_t trial, const ListedOutcome& outcome)> on_outcome;                       // in the order of the list
    std::function<void(std::int64_t done, double seconds_left, const std::string& activity)> on_progress;  // may be empty
};

// The observer is called by one thread at a time. False where it was stopped: the outcomes told until then are a beginning of the list.
// Throws Error, UsageError.
bool run_fault_list(const JobInputs& inputs, std::span<const ListedTrial> trials, const FaultListSettings& settings,
                    const FaultListObserver& observer, std::stop_token stop);

}  // namespace clipscope
