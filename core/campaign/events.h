// All that a job learns leaves it as one of these small immutable values, in one stream: the window draws them, the command line prints
// them, a study file keeps them. Results first, then passing news.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/listed_outcome.h"
#include "campaign/tuning_result.h"
#include "faults/injection_counts.h"

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

// How the trials of a point are drawn where a precision was asked for. Comes once for each point, before its sampled trials.
struct PointDesigned {
    int curve = 0;
    int rate_index = 0;
    SamplingDesign design;
};

// One trial of a stratum on some of the images. Trials come in any order. Whole trials come as TrialFinished and, under their
// number_of_whole(), in this way as well.
struct SampledTrialFinished {
    int curve = 0;
    int rate_index = 0;
    int stratum = 0;
    int trial = 0;
    SampledTrial result{};
};

// Which stored bits are critical was measured.
struct BitsPiloted {
    BitPilot pilot;
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

// The bits that a trial was to change and those found changed, sent only where the caller asked for an audit. Layers without a fault are
// left out.
struct FaultsCounted {
    int curve = 0;
    int rate_index = 0;
    int trial = 0;
    struct Layer {
        std::string layer;  // "CONV-1"
        LayerInjection counts;
    };
    std::vector<Layer> layers;
};

// The trials of a list of faults begin: what the network makes of the images without faults. Comes once, before any of them.
struct FaultListStarted {
    CampaignInfo info;  // without rates
    Outcome clean;
};

// One trial of a list of faults.
struct ListedTrialFinished {
    std::size_t trial = 0;  // its place in the list, from 0
    ListedOutcome outcome;
};

// A profile, a sweep or a hardening begins. Comes once, before all that follows down to HardenedFileWritten.
struct TuningStarted {
    TuningInfo info;
};

// A site's values were counted: in the clean network, or under faults.
struct ActivationsMeasured {
    SiteActivations activations;
};

// Step 1 is done for a site; its clean histogram came before.
struct SiteProfiled {
    int site = 0;                 // index into TuningInfo::sites, as in all events below
    float act_max = 0;            // largest magnitude it put out on the tuning images
    std::uint64_t values = 0;     // counted
    std::uint64_t nonfinite = 0;  // of these
};

// The sweep of a site begins: ACT_max and the red line.
struct SweepStarted {
    int site = 0;
    std::string scope;  // where the faults are, "CONV-4"
    float act_max = 0;
    MeasuredAuc unclipped;
    std::vector<double> rates;
};

// Points come in any order.
struct SweepPointMeasured {
    int site = 0;
    ThresholdAuc point;
};

// The search for a site's threshold begins in [0, ACT_max]. Several sites' searches may run at the same time.
struct SearchStarted {
    int site = 0;
    std::string scope;
    float act_max = 0;
    ThresholdSearchSettings settings;
    std::vector<double> rates;
};

// One evaluation of a search, in its order.
struct ThresholdEvaluated {
    int site = 0;
    SearchEvaluation evaluation;
};

// A grid is complete: its four boundaries, and the part that the search goes on with.
struct IntervalChosen {
    int site = 0;
    SearchGrid grid;
};

// A site has its threshold. Without a SearchStarted before where there was nothing to search.
struct SiteHardened {
    int site = 0;
    HardenedSite result;
};

// Written, opened again, and found equal.
struct HardenedFileWritten {
    HardenedFile file;
};

// So many trials were run in the exact mode as well and agreed but for near-ties. Comes once, after the trials of curves; a job on tuning
// images says it of each measurement (MeasuredAuc). Not there where the job has no self-check.
struct SelfChecked {
    SelfCheckCounts counts;
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
    bool is_urgent = false;  // whoever started the job must hear it, also where nobody watches its progress
};

using Event = std::variant<CampaignStarted, TrialFinished, PointDesigned, SampledTrialFinished, BitsPiloted, FaultsInjected, FaultsCounted,
                           FaultListStarted, ListedTrialFinished, TuningStarted, ActivationsMeasured, SiteProfiled, SweepStarted,
                           SweepPointMeasured, SearchStarted, ThresholdEvaluated, IntervalChosen, SiteHardened, HardenedFileWritten,
                           SelfChecked, JobFinished, Progress, Message>;

// Called by one thread at a time, but not always the same one; must return quickly.
using EventSink = std::function<void(const Event&)>;

// Adds an event's result to the curves: CampaignStarted begins them anew, TrialFinished fills in a trial (a second outcome of the same
// trial replaces the first), all others change nothing. Throws std::out_of_range where a trial belongs to no curve or rate.
void apply(const Event& event, AccuracyCurves& curves);

// The same for a tuning job: TuningStarted begins anew; what measures the same thing again replaces it. True where the result changed.
// Throws std::out_of_range where an event's site is none of the network's, or an evaluation belongs to no search or sweep.
bool apply(const Event& event, TuningResult& result);

}  // namespace clipscope
