// What a comparison compares: one network under several protections, each with all that it takes to run it, and its price.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "campaign/events.h"
#include "campaign/job_inputs.h"
#include "campaign/thresholds_file.h"
#include "campaign/tuning_run.h"
#include "clipping/clipping.h"
#include "faults/protected_memory.h"
#include "protection/activation/site_protections.h"
#include "protection/memory_plan.h"
#include "protection/protection.h"

namespace clipscope {

struct Contestant {
    Protection protection;
    Clipping clipping{};                              // sites clipped at a stored threshold
    std::shared_ptr<const SiteProtections> sites{};   // those protected otherwise; null: none
    std::shared_ptr<const ProtectedMemory> memory{};  // null: words are read as they are stored
    std::optional<ProtectionPrice> price{};           // of a duel's
    std::vector<PlannedParameter> planned{};          // of the memory
};

// Bits of the computational layers, shared parameters once: what storage is in percent of.
std::int64_t stored_bits(const Network& network);

// Throws UsageError where a protection names a layer or a site that is not there, finds nothing to protect, or is to have tuned thresholds
// that are not there.
void check_protections(const Network& network, const std::vector<Protection>& protections, const TunedBounds& tuned);

// The paper's comparison: unprotected, clipped at ACT_max, clipped at the tuned thresholds where there are some.
std::vector<Contestant> contestants_of_paper(const Clipping& act_max, const TunedBounds& tuned);

// Of a duel, in the order of the protections, with their prices. Measures, and where asked for trains, bounds on the inputs' images, which
// are the tuning images; sends Progress.
// `tuned`: thresholds that a search found, for protections that are to have them. Nothing where it was stopped. Throws UsageError where a
// protection names a layer or a site that is not there, or does not fit the network.
std::optional<std::vector<Contestant>> make_contestants(const JobInputs& tuning, const std::vector<Protection>& protections,
                                                        const Clipping& act_max, const TunedBounds& tuned, const TuningSettings& settings,
                                                        const EventSink& sink, std::stop_token stop);

}  // namespace clipscope
