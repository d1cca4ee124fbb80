// The comparison job: one network under several protections and the same faults. The paper's: unprotected, clipped at ACT_max and clipped
// at the tuned thresholds (FT-ClipAct, Figs. 7 and 8). A duel: any protections, with their prices. The result are curves like a sensitivity
// job's, with a protection each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "campaign/contestants.h"
#include "campaign/curve_campaign.h"
#include "campaign/events.h"
#include "campaign/fault_scope.h"
#include "campaign/job_inputs.h"
#include "campaign/precise_campaign.h"
#include "campaign/tuning_run.h"
#include "clipping/clipping.h"

namespace clipscope {

struct CompareSpecification {
    std::optional<Clipping> act_max;  // every site at its ACT_max, found on the tuning images
    TunedBounds tuned;                // none of clipping: two configurations are compared
    std::vector<Protection> protections{};  // of a duel; empty: the paper's comparison
    std::vector<Contestant> contestants{};  // of a duel, as complete_comparison() makes them
    std::vector<FaultScope> scopes;
    std::vector<double> rates;  // ascending; all configurations share them
    PointAxis axis = PointAxis::fault_rate;  // or fault_count: then these are numbers of faults
    PointDraw draw{};                        // empty: faults as the axis says; not with a precision
    int trials = 50;
    std::uint64_t seed = 1;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    int threads = 0;               // workers; 0: all cores. Results do not depend on it.
    int chunk = 0;                 // images a pass; 0: what suits network and images
    std::string device = "auto";   // "auto", "cpu", "cuda:0"
    std::size_t memory_bytes = 0;  // budget for kept activations of all configurations together; 0: a quarter of the free memory
    bool exact = false;            // see evaluation/evaluator.h
    bool list_faults = false;      // send FaultsInjected events
    bool count_faults = false;     // send FaultsCounted events
    std::optional<PrecisionSettings> precision{};  // how narrow the intervals are to be; then `trials`, of all images each, may be 0
    KnownTrials known{};                           // trials that have run before; empty: none
    SelfCheckSettings self_check{};                // not where `exact`
    WorkShare share{};                             // what this process does of it
};

// As run_sensitivity(): sends CampaignStarted with a curve for each scope and protection, trials with Progress between them, JobFinished.
// The unprotected curves are exactly those of a sensitivity job; they have no faults in thresholds, which only the clipped ones store.
// Polls `stop` for every chunk of images; stopping keeps what was sent. Throws UsageError or Error, also where the specification lacks
// ACT_max or rates.
void run_compare(const JobInputs& inputs, const CompareSpecification& specification, const EventSink& sink, std::stop_token stop);

// Finds what the specification lacks: ACT_max and a duel's contestants by profiles of the tuning images, the rates by probes on them. Those
// of a duel reach until every contestant has failed. Sends what measure_act_max() sends, and Progress. False where it was stopped.
bool complete_comparison(const JobInputs& tuning, const TuningSettings& settings, CompareSpecification& specification,
                         const EventSink& sink, std::stop_token stop);

}  // namespace clipscope
