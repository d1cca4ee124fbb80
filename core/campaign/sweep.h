// The sweep job: AUC against the threshold of one site (FT-ClipAct, Fig. 5b), all other sites clipped at ACT_max (step 2).
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "campaign/tuning_run.h"

namespace clipscope {

// Thresholds from `low` to `high`, evenly spaced, both ends included.
struct ThresholdGrid {
    double low = 0;
    double high = 1.5;
    int count = 16;
    bool in_act_max = true;  // in units of the site's ACT_max instead of the activations'

    // "A:B:N"; throws UsageError on anything else.
    static ThresholdGrid parse(const std::string& text, bool in_act_max);
    std::vector<float> thresholds(float act_max) const;
};

struct SweepSpecification {
    TuningSettings settings;
    std::size_t site = 0;
    ThresholdGrid grid;
    FaultPlace place = FaultPlace::feeding;
};

// Sends TuningStarted, the profile, SweepStarted with the unclipped network's AUC, a point for each threshold, all under the same faults,
// and JobFinished. Polls `stop` for every chunk of images; stopping keeps what was sent. Throws UsageError or Error.
void run_sweep(const JobInputs& inputs, const SweepSpecification& specification, const EventSink& sink, std::stop_token stop);

// Where the faults are while a site's thresholds are compared. Throws UsageError where it cannot be clipped, or where no layer feeds it.
FaultScope faults_of_sweep(const Network& network, const Clipping& clipping, std::size_t site, FaultPlace place);

// The index of the site of this name, "ACT-4" in any case. Throws UsageError naming those there are.
std::size_t find_site(const std::string& name, const std::vector<SiteInfo>& sites);

}  // namespace clipscope
