// What a profile, a sweep and a hardening have in common: settings, the profile of step 1, measurements under the same faults, and the news
// on the way. The inputs' images are the tuning images.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/auc_measurement.h"
#include "campaign/events.h"
#include "campaign/job_inputs.h"
#include "evaluation/work_share.h"
#include "protection/activation/site_protections.h"

namespace clipscope {

struct TuningSettings {
    std::string protection = "clip";  // of the sites: a kind whose bound can be searched (protection/activation/activation_kinds.h)
    std::vector<double> rates;  // ascending; none: suggested for each site's faults
    int trials = 50;
    std::optional<double> precision{};  // instead of trials: half-width of the 95 % interval of every AUC, a fraction
    double at_most_seconds = 0;         // of all measurements to a precision; what is measured after that is wider; 0: no limit
    std::uint64_t seed = 1;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    AucAxis auc_axis = AucAxis::linear;
    TrainedOn trained_on = TrainedOn::no;
    int threads = 0;                 // workers; 0: all cores. Results do not depend on it.
    int chunk = 0;                   // images a pass; 0: what suits network and images
    std::string device = "auto";     // "auto", "cpu", "cuda:0"
    std::size_t memory_bytes = 0;    // budget for kept activations; 0: a quarter of the free memory
    bool exact = false;              // see evaluation/evaluator.h
    SelfCheckSettings self_check{};  // not where `exact`
    WorkShare share{};               // what this process does of it: pieces are thresholds of a sweep, sites of a hardening
    // What an earlier run of the same job with the same settings measured: it is sent again instead of being measured again.
    std::shared_ptr<const TuningResult> known{};
};

// Where the faults are while a site's thresholds are compared.
enum class FaultPlace {
    feeding,     // in the layers that feed the site (Figs. 5 and 6)
    everywhere,  // in all layers
};

// "feeding", "everywhere".
std::string to_string(FaultPlace place);
FaultPlace fault_place_from_string(const std::string& text);  // throws UsageError

// Its layers are none where no layer feeds the site.
FaultScope faults_for_site(const SiteInfo& site, const std::vector<LayerInfo>& layers, FaultPlace place);
FaultScope faults_for_site(const Network& network, std::size_t site, FaultPlace place);

// One run of such a job. The job's own thread calls it; the sink is called by one thread at a time.
class TuningRun {
public:
    // Makes the unprotected evaluator and sends TuningStarted. Throws UsageError on senseless settings, Error where images cannot enter.
    TuningRun(TuningJob job, const JobInputs& inputs, const TuningSettings& settings, const EventSink& sink, std::stop_token stop);

    // Step 1: sends every site's clean histogram and ACT_max and returns the thresholds of step 2: ACT_max, or what the file itself clips
    // at; none where a site cannot be clipped. Empty where it was stopped.
    std::optional<Clipping> profile();

    // The network as it is, not prepared yet. Not after release_unprotected(), which frees its memory.
    Evaluator& unprotected() { return *unprotected_; }
    void release_unprotected() { unprotected_.reset(); }

    // An evaluator of the tuning images with the sites protected at these thresholds, not prepared yet.
    std::unique_ptr<Evaluator> evaluator(const Clipping& clipping) const;
    // How the sites are protected at these, where that is not by clipping; null: they are clipped. After profile().
    std::shared_ptr<const SiteProtections> protections(const Clipping& clipping) const;

    // The same faults for whatever is measured by it: the settings' rates, or those suggested for this network.
    std::optional<AucPlan> plan(const Evaluator& prepared, const FaultScope& scope);
    // Measures with Progress after each trial; empty where it was stopped.
    std::optional<MeasuredAuc> measure(const Evaluator& prepared, const AucPlan& plan, const std::string& activity);
    // The same at several thresholds of a site, at most ThresholdEvaluator::most_at_once; what is known from before is not measured again.
    std::optional<std::vector<MeasuredAuc>> measure(ThresholdEvaluator& evaluator, std::size_t site, std::span<const float> thresholds,
                                                    const AucPlan& plan, const std::string& activity);

    // What is known from before; nothing where it is to be measured.
    const SiteSweep* known_sweep(std::size_t site) const;
    // All sites' activations under faults in a scope at a rate; empty where one of them is missing.
    std::vector<SiteActivations> known_activations(const std::string& scope, double rate) const;

    // Trials, for the time left; negative where fewer come than were expected. Measurements, where a precision decides about trials.
    void expect(std::int64_t trials) { expected_ += trials; }
    // Of one measurement.
    std::int64_t expected_trials() const { return settings_.precision ? 1 : settings_.trials; }
    void send(const Event& event) const { sink_(event); }
    void say(const std::string& text) const { sink_(Message{text}); }
    void finish() const;  // sends JobFinished

    const JobInputs& inputs() const { return inputs_; }
    const Network& network() const { return *inputs_.network; }
    const TuningSettings& settings() const { return settings_; }
    int threads() const { return threads_; }
    const std::stop_token& stop() const { return stop_; }
    double seconds() const;

private:
    TuningInfo describe(TuningJob job) const;
    void tell(std::int64_t more_trials, const std::string& activity);
    void tell_of_precision(std::int64_t trials, double half_width, const std::string& activity);
    void note_width(const MeasuredAuc& measured);
    std::optional<AucPrecision> precision_for(const Evaluator& prepared) const;
    std::optional<MeasuredAuc> known(std::size_t site, float threshold) const;
    std::optional<std::vector<ActivationHistogram>> known_profile() const;
    std::optional<std::vector<double>> known_rates(const std::string& scope) const;

    const JobInputs& inputs_;
    const TuningSettings& settings_;
    const EventSink& sink_;
    const std::stop_token stop_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    const int threads_;
    std::unique_ptr<Evaluator> unprotected_;
    std::vector<float> lowest_;  // by site, of the profile
    std::int64_t expected_ = 0;  // trials
    std::int64_t done_ = 0;
    std::int64_t precise_trials_ = 0;
    double widest_ = 0;  // half-width of an AUC that was measured to a precision
};

}  // namespace clipscope
