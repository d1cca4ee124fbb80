// The profile job: what the network's sites put out on the tuning images, clean (FT-ClipAct, step 1) and under faults (Fig. 3).
#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "campaign/tuning_run.h"
#include "protection/protection.h"

namespace clipscope {

struct ProfileSpecification {
    TuningSettings settings;         // the rates are those of the faulty histograms; `trials` networks go into each
    std::vector<FaultScope> scopes;  // of the faults; none, or no rates: the clean network alone
};

// Sends TuningStarted, a clean histogram and ACT_max for each site, then for each scope and rate a histogram for each site under faults, in
// a network without clipping, and JobFinished. Polls `stop` for every chunk of images. Throws UsageError or Error.
void run_profile(const JobInputs& inputs, const ProfileSpecification& specification, const EventSink& sink, std::stop_token stop);

// The thresholds of step 2 alone: every site's ACT_max on the tuning images, or what the file itself clips at. Sends what run_profile()
// sends without faults, but no JobFinished. Empty where it was stopped.
std::optional<Clipping> measure_act_max(const JobInputs& inputs, const TuningSettings& settings, const EventSink& sink,
                                        std::stop_token stop);

// The same for these protections: no threshold, and nothing measured, where none of them is of activations.
std::optional<Clipping> measure_act_max_for(std::span<const Protection> protections, const JobInputs& inputs,
                                            const TuningSettings& settings, const EventSink& sink, std::stop_token stop);

}  // namespace clipscope
