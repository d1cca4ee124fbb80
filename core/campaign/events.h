// All that a job learns leaves it as one of these small immutable values, in one stream: the window draws them, the command line prints
// them, a study file keeps them. Results first, then passing news.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "campaign/accuracy_curves.h"

namespace clipscope {

// The clean accuracies are measured and the curves are known. Comes once, before any trial.
struct CampaignStarted {
    CampaignInfo info;
    std::vector<CurveInfo> curves;
};

// One trial of one curve at one rate. Trials come in any order.
struct TrialFinished {
    int curve = 0;       // index into CampaignStarted::curves
    int rate_index = 0;  // index into CampaignInfo::rates
    int trial = 0;
    TrialOutcome result{};
};

// A bit that a trial flipped, sent only where the caller asked to list them.
struct FaultsInjected {
    int curve = 0;
    int rate_index = 0;
    int trial = 0;
    struct Bit {
        std::string parameter;     // "features.0.weight"
        std::int64_t element = 0;  // row-major
        int bit = 0;               // 0 = least significant
    };
    std::vector<Bit> bits;
};

enum class JobEnd { done, stopped };

// The last event of a job that did not throw.
struct JobFinished {
    JobEnd end = JobEnd::done;
    double seconds = 0;
};

// Passing news: how far the job is. seconds_left < 0 while nothing can be said.
struct Progress {
    std::int64_t done = 0;
    std::int64_t total = 0;
    double seconds_left = -1;
    std::string activity{};  // "CONV-4 · rate 1e-06 · trial 12"
};

// Passing news for the activity log.
struct Message {
    std::string text;
};

using Event = std::variant<CampaignStarted, TrialFinished, FaultsInjected, JobFinished, Progress, Message>;

// Called by one thread at a time, but not always the same one; must return quickly.
using EventSink = std::function<void(const Event&)>;

// Adds an event's result to the curves: CampaignStarted begins them anew, TrialFinished fills in a trial (a second outcome of the same
// trial replaces the first), all others change nothing. Throws std::out_of_range where a trial belongs to no curve or rate.
void apply(const Event& event, AccuracyCurves& curves);

}  // namespace clipscope
