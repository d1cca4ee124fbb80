// Reads a study's results as the values that live jobs fill, so that both are drawn alike. All throw as study.h says.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/campaign_summary.h"
#include "campaign/events.h"
#include "results/result_json.h"
#include "study/study.h"

namespace clipscope {

// The points alone, exactly curve_points() of the trials: for large jobs, whose single trials are looked at one point at a time.
CampaignSummary read_summary(const Study& study, JobId job);

// The same again and again while somebody else writes the job: only points that got new trials are read.
class SummaryReader {
public:
    SummaryReader(const Study& study, JobId job);  // `study` must outlive it
    CampaignSummary read();

private:
    const Study& study_;
    const JobId job_;
    std::map<std::int64_t, CurvePoint> known_;  // by the point's row
};

// How far a job is, as far as its results tell: trials, or the sites, thresholds and steps that a tuning job has measured, whose total is
// unknown (0).
struct JobProgress {
    std::int64_t done = 0;
    std::int64_t total = 0;
};
JobProgress read_progress(const Study& study, JobId job);

// Everything a sensitivity or a comparison measured so far.
CampaignResult read_curves(const Study& study, JobId job);

// One point's trials by their numbers; empty where there are none.
std::map<int, TrialOutcome> read_trials(const Study& study, JobId job, const std::string& layer, Protection protection, double rate);

// Which bits are critical, as a job measured it; without cells where it did not.
BitPilot read_pilot(const Study& study, JobId job);
// What jobs of the same network, memory and images measured together.
BitPilot find_pilot(const Study& study, JobId job);

// The same of trials that were drawn in strata; nothing where the point has none.
std::optional<SampledPoint> read_samples(const Study& study, JobId job, const std::string& layer, Protection protection, double rate);

// Sends the stored results of a profile, a sweep or a hardening in the order in which they came.
void replay_tuning(const Study& study, JobId job, const EventSink& sink);
// The same as a value.
TuningResult read_tuning(const Study& study, JobId job);

// The injection audit: bits asked for and found changed over all trials of a job.
struct LayerAudit {
    std::string layer;
    std::array<std::int64_t, LayerInjection::bit_positions> asked{};
    std::array<std::int64_t, LayerInjection::bit_positions> changed{};
};
std::vector<LayerAudit> read_audit(const Study& study, JobId job);
// Layers that are in a scope of the job but got no fault in any trial so far.
std::vector<std::string> layers_without_faults(const Study& study, JobId job);

}  // namespace clipscope
