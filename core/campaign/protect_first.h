// What to protect first: layers, or bit positions, in the order in which protecting them gains most accuracy for each bit stored
// (method.md, "Protections").
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/fault_scope.h"
#include "campaign/job_inputs.h"
#include "protection/protection.h"

namespace clipscope {

// What is protected bit by bit is tripled (tmr); other protections are put on layers.
struct ProtectFirstSettings {
    std::string protection = "sec-ded-39-32";  // of stored words; empty: bit positions, by tmr
    double rate = 1e-6;
    int trials = 100;
    std::uint64_t seed = 1;
    double budget_percent = 1000;  // of storage: what would go beyond is not tried
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    int threads = 0;               // workers; 0: all cores. Results do not depend on it.
    int chunk = 0;                 // images a pass; 0: what suits network and images
    std::string device = "auto";   // "auto", "cpu", "cuda:0"
    std::size_t memory_bytes = 0;  // budget for kept activations; 0: a quarter of the free memory
    bool exact = false;            // see evaluation/evaluator.h
};

// One more layer, or bit position, beside those before it.
struct ProtectStep {
    std::string name;            // "FC-1", "bit 30"
    double storage_percent = 0;  // of all so far, of the network's bits
    CurvePoint point;            // accuracy with all so far
    double gain_share = 0;       // of what protecting all gains, so far; 0 where that is nothing
    int bit = -1;                // where bit positions are chosen
};

struct ProtectFirst {
    CampaignInfo info;       // of what was measured; one rate
    std::string scope;       // where faults may lie
    std::string protection;  // "sec-ded-39-32"; "tmr" where bit positions are chosen
    bool by_bits = false;
    Outcome clean;
    CurvePoint unprotected;
    ProtectStep all;                  // everything protected
    std::vector<ProtectStep> steps;   // the first pays most
    std::int64_t network_passes = 0;  // trials that ran: those in which what is protected had no fault need none
};

// Sets times trials. Called on the workers, one at a time.
using ProtectFirstProgress = std::function<void(std::int64_t done, std::int64_t total, const std::string& activity)>;

// Throws UsageError with one sentence where these settings make no sense, whatever the network.
void check_protect_first(const ProtectFirstSettings& settings);
// What may be put on layers: protections of stored words alone, each with what it does.
std::vector<ProtectionExample> protect_first_examples();

// Greedily: of the candidates that the budget still allows the one whose protection, beside those before it, raises the mean accuracy at
// the rate most for each bit it stores (of several that store nothing, or gain the same, most in all; then the first in the network). All
// sets are measured on the same trials. Nothing where it was stopped. Throws UsageError, Error.
std::optional<ProtectFirst> find_protect_first(const JobInputs& inputs, const FaultScope& scope, const ProtectFirstSettings& settings,
                                               const ProtectFirstProgress& progress, std::stop_token stop);

// "FC-1 and CONV-2 give 96 % of the gain for 31 % of the bits": the fewest first ones that give 95 %.
std::string in_words(const ProtectFirst& found);
// How many steps these are; all where none gives that much.
std::size_t steps_in_words(const ProtectFirst& found);

}  // namespace clipscope
