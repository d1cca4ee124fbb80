// What jobs on the tuning images learn (FT-ClipAct, steps 1 to 3): activation histograms, AUC against threshold, searches and the hardened
// sites, as plain values. A profile, a sweep and a hardening fill the same value, live or from a file, so that it can be drawn either way.
// AUCs and accuracies are fractions 0...1, rates are probabilities per stored bit, thresholds are in the units of the activations.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "clipping/activation_histogram.h"
#include "clipping/auc.h"
#include "clipping/threshold_search.h"
#include "network/layer_info.h"

namespace clipscope {

enum class TuningJob { profile, sweep, harden };

// "profile", "sweep", "harden": the "kind" of the JSON.
std::string to_string(TuningJob job);
TuningJob tuning_job_from_string(const std::string& text);  // throws UsageError

// Whether the network may have seen the tuning images in training, which makes it look better than it is (method.md, "Words").
enum class TrainedOn {
    no,      // images of another split than the one that is named for training
    likely,  // images of the training split
};

// What a tuning job is about.
struct TuningInfo {
    TuningJob job = TuningJob::profile;
    CampaignInfo campaign;  // its images are the tuning images; no rates where a profile sees no faults, or where each site has its own
    AucAxis auc_axis = AucAxis::linear;
    TrainedOn trained_on = TrainedOn::no;
    std::string protection = "clip";  // of the sites, at the thresholds
    std::string model_sha256;         // of the model's file
    std::vector<SiteInfo> sites;      // all of the network; indices below count these
};

// The values that one site puts out, over all tuning images.
struct SiteActivations {
    int site = 0;
    std::string scope;  // where the faults are, "CONV-4", "network"; empty: the clean network
    double rate = 0;    // 0 where clean
    int trials = 0;     // so many faulty networks together; 0 where clean
    std::shared_ptr<const ActivationHistogram> histogram;
};

// The resilience of the network at one setting of its thresholds.
struct MeasuredAuc {
    double auc = 0;
    std::optional<double> standard_error;  // over trials; unknown for a single one
    double clean_accuracy = 0;
    std::vector<double> accuracies;  // mean over trials at each rate: the curve whose area this is (Fig. 5a)
    std::vector<double> trial_aucs;  // one a trial: trials pair across thresholds; none where a precision was asked for
    std::optional<Interval> ci95{};  // of the AUC, see statistics/mean_interval.h; older results lack it
    SelfCheckCounts self_check{};    // of these trials
    // Where a precision was asked for: at each rate its trials, on few images each, which pair across thresholds.
    std::vector<AucTrials> rate_trials{};
    std::int64_t image_evaluations = 0;  // of these trials

    std::int64_t trials() const;
};

// What a search is told of it.
AucEstimate estimate_of(const MeasuredAuc& measured);

struct ThresholdAuc {
    float threshold = 0;
    MeasuredAuc measured;
};

// AUC against the threshold of one site (Fig. 5b); every other site is clipped at its ACT_max.
struct SiteSweep {
    int site = 0;
    std::string scope;  // where the faults are
    float act_max = 0;
    MeasuredAuc unclipped;             // the network with no site clipped, same faults: the red line
    std::vector<ThresholdAuc> points;  // ascending thresholds, whatever the order in which they came
    std::vector<double> rates;         // of the AUCs, ascending
};

// One evaluation of a search.
struct SearchEvaluation {
    int grid = 0;  // the grid that asked for it, from 1
    ThresholdAuc point;
};

// The result of one site's search.
struct HardenedSite {
    float act_max = 0;
    float threshold = 0;
    std::optional<double> auc_before;  // clipped at ACT_max; nothing where no layer feeds the site or it cannot be searched
    std::optional<double> auc_after;
    int iterations = 0;   // grids
    int evaluations = 0;  // distinct thresholds
    SearchEnd end = SearchEnd::grids_used;
    bool plateau = false;
    std::string reason;  // one sentence for people
};

// The search for one site's threshold (Algorithm 1, Fig. 6).
struct SiteSearch {
    int site = 0;
    std::string scope;  // where the faults are
    float act_max = 0;
    ThresholdSearchSettings settings;
    std::vector<SearchEvaluation> evaluations;  // in the order of evaluation
    std::vector<SearchGrid> grids;              // complete ones
    std::optional<HardenedSite> hardened;
    std::vector<double> rates;  // of the AUCs, ascending
};

// A hardened network's file that was opened again and gave the same logits as the clipped network, bit for bit.
struct HardenedFile {
    std::string path;
    std::int64_t images_compared = 0;
};

// All of a tuning job so far; a value, to be copied and drawn.
struct TuningResult {
    TuningInfo info;
    std::vector<SiteActivations> activations;
    std::vector<std::optional<float>> act_max;  // by site; nothing where it is not profiled yet
    std::vector<SiteSweep> sweeps;
    std::vector<SiteSearch> searches;  // in the order in which they began
    std::optional<HardenedFile> file;

    // nullptr where there is none yet.
    const SiteActivations* clean_activations(int site) const;
    const SiteActivations* faulty_activations(int site) const;  // the last to come
    const SiteSweep* sweep(int site) const;
    const SiteSearch* search(int site) const;
};

// Of all measurements together.
SelfCheckCounts self_check_of(const TuningResult& result);

// What is known after another job: `latest` with all that `earlier` measured and it did not, as long as both are about the same network,
// tuning images, seed, rule and AUC axis; otherwise `latest` alone. A hardening replaces all searches of an earlier one.
TuningResult combined(const TuningResult& earlier, const TuningResult& latest);

}  // namespace clipscope
