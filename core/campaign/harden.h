// The hardening job: FT-ClipAct's steps 1 to 3. Profiles the network on the tuning images, clips every site at its ACT_max, searches each
// site's threshold (Algorithm 1) and writes the hardened network.
#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>

#include "campaign/tuning_run.h"
#include "clipping/threshold_search.h"

namespace clipscope {

struct HardenSpecification {
    TuningSettings settings;
    ThresholdSearchSettings search;
    FaultPlace place = FaultPlace::feeding;
    bool greedy = false;      // each site starts from the thresholds found so far instead of from ACT_max everywhere
    std::optional<std::size_t> only_site{};  // searched alone, the others stay at ACT_max; nothing: all are
    std::string output_path{};               // of the hardened network; empty: none is written
};

// Sends TuningStarted, the profile, then for each site SearchStarted, ThresholdEvaluated and IntervalChosen as they come, SiteHardened; in
// the end HardenedFileWritten and JobFinished. Polls `stop` for every chunk of images; stopping keeps what was sent and writes no file.
// Throws UsageError or Error.
void run_harden(const JobInputs& inputs, const HardenSpecification& specification, const EventSink& sink, std::stop_token stop);

}  // namespace clipscope
