// The bit-position job: accuracy when exactly one stored bit of a layer is faulty, for every position in the number. Shows which bits
// matter. Its result are curves like a sensitivity job's, whose points are bit positions instead of fault rates.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/curve_campaign.h"
#include "campaign/events.h"
#include "campaign/fault_scope.h"
#include "campaign/job_inputs.h"

namespace clipscope {

struct BitPositionSpecification {
    std::vector<FaultScope> scopes;  // one curve each
    int trials = 50;                 // numbers hit at each position; trial k hits the same number at all positions that it has
    std::uint64_t seed = 1;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    int threads = 0;               // workers; 0: all cores. Results do not depend on it.
    int chunk = 0;                 // images a pass; 0: what suits network and images
    std::string device = "auto";   // "auto", "cpu", "cuda:0"
    std::size_t memory_bytes = 0;  // budget for kept activations; 0: a quarter of the free memory
    KnownTrials known{};           // trials that have run before, a position\'s index in place of a rate\'s; empty: none
    SelfCheckSettings self_check{};
    WorkShare share{};  // what this process does of it: pieces are trials of a curve
};

// The positions that any parameter in scope has and that may be faulty, ascending from 0, the least significant.
std::vector<int> bit_positions(const std::vector<LayerInfo>& layers, const std::vector<FaultScope>& scopes);

// The one fault of a trial: a number in scope that has this bit, each as likely as any other; no fault where no number has it.
TrialFaults single_bit_fault(std::uint64_t seed, std::uint64_t trial, const std::vector<LayerInfo>& layers, const FaultScope& scope,
                             int bit);

// Sends CampaignStarted with the axis `bit_position`, trials as they finish with Progress between them, and JobFinished. Polls `stop` for
// every chunk of images; stopping keeps what was sent. Throws UsageError or Error.
void run_bit_positions(const JobInputs& inputs, const BitPositionSpecification& specification, const EventSink& sink, std::stop_token stop);

}  // namespace clipscope
