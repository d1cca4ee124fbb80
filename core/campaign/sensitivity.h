// The sensitivity job: accuracy against fault rate for each scope, over many trials (FT-ClipAct, section III; method.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "campaign/curve_campaign.h"
#include "campaign/events.h"
#include "campaign/fault_scope.h"
#include "campaign/job_inputs.h"
#include "campaign/precise_campaign.h"

namespace clipscope {

struct SensitivitySpecification {
    std::vector<FaultScope> scopes;  // one curve each
    std::vector<double> rates;       // ascending; 0 is the clean point
    PointAxis axis = PointAxis::fault_rate;  // or fault_count: then these are numbers of faults
    PointDraw draw{};                        // empty: faults as the axis says; not with a precision
    int trials = 50;
    std::uint64_t seed = 1;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    int threads = 0;                               // workers; 0: all cores. Results do not depend on it.
    int chunk = 0;                                 // images a pass; 0: what suits network and images
    std::string device = "auto";                   // "auto", "cpu", "cuda:0"
    std::size_t memory_bytes = 0;                  // budget for cached activations; 0: a quarter of the free memory
    bool exact = false;                            // bit for bit what full passes give (see evaluation/evaluator.h)
    bool list_faults = false;                      // send FaultsInjected events
    bool count_faults = false;                     // send FaultsCounted events
    std::optional<PrecisionSettings> precision{};  // how narrow the intervals are to be; then `trials`, of all images each, may be 0
    KnownTrials known{};                           // trials that have run before; empty: none
    SelfCheckSettings self_check{};                // not where `exact`
    WorkShare share{};                             // what this process does of it
};

// Runs on the calling thread and on workers of its own; sends CampaignStarted, then trials as they finish with Progress between them, then
// JobFinished. Polls `stop` for every chunk of images; stopping keeps what was sent. Throws UsageError or Error.
void run_sensitivity(const JobInputs& inputs, const SensitivitySpecification& specification, const EventSink& sink, std::stop_token stop);

// What run_sensitivity() will take with the specification's precision, told from its pilot and first trials, which run. Nothing where it
// was stopped. Throws as run_sensitivity(), UsageError also without a precision.
std::optional<PrecisionPlan> plan_sensitivity(const JobInputs& inputs, const SensitivitySpecification& specification, const EventSink& sink,
                                              std::stop_token stop);

// Finds the rates where the specification has none, by probes on the tuning images; sends Progress. False where it was stopped.
bool complete_sensitivity(const JobInputs& tuning, SensitivitySpecification& specification, const EventSink& sink, std::stop_token stop);

// Clean accuracy alone.
Outcome run_clean(const JobInputs& inputs, int threads, int chunk, const std::string& device, std::stop_token stop);

}  // namespace clipscope
