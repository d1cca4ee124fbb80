#include "campaign/profile.h"

#include <algorithm>

#include "campaign/curve_campaign.h"
#include "common/number_text.h"
#include "evaluation/activation_recorder.h"

namespace clipscope {
namespace {

// Adds one trial's values to the histograms; false where it was stopped.
bool add_trial(const TuningRun& run, const Evaluator& evaluator, const FaultScope& scope, double rate, int trial,
               std::vector<ActivationHistogram>& histograms) {
    const TrialFaults faults =
        draw_trial_faults(run.settings().seed, std::uint64_t(trial), run.network().memory_parts(), scope.layers, rate);
    const auto recorded = record_activations(evaluator, faults, rate, run.threads(), run.stop());
    if (!recorded) return false;
    for (std::size_t site = 0; site < histograms.size(); ++site) histograms[site].merge((*recorded)[site]);
    return true;
}

// All trials of one scope at one rate; false where it was stopped.
bool profile_faults(const TuningRun& run, const Evaluator& evaluator, const FaultScope& scope, double rate, std::int64_t done,
                    std::int64_t total) {
    if (const auto known = run.known_activations(scope.name, rate); !known.empty()) {
        for (const SiteActivations& activations : known) run.send(ActivationsMeasured{activations});
        return true;
    }
    std::vector<ActivationHistogram> histograms(run.network().sites().size());
    for (int trial = 0; trial < run.settings().trials; ++trial) {
        if (!add_trial(run, evaluator, scope, rate, trial, histograms)) return false;
        ++done;
        run.send(Progress{done, total, run.seconds() / double(done) * double(total - done), scope.name + " · rate " + number_text(rate)});
    }
    for (std::size_t site = 0; site < histograms.size(); ++site) {
        if (histograms[site].total() == 0) continue;
        auto histogram = std::make_shared<const ActivationHistogram>(std::move(histograms[site]));
        run.send(ActivationsMeasured{{int(site), scope.name, rate, run.settings().trials, std::move(histogram)}});
    }
    return true;
}

}  // namespace

void run_profile(const JobInputs& inputs, const ProfileSpecification& specification, const EventSink& sink, std::stop_token stop) {
    check_thresholds_stored(specification.scopes, inputs.network->memory_parts());
    TuningRun run(TuningJob::profile, inputs, specification.settings, sink, stop);
    bool goes_on = run.profile().has_value();
    const auto total = std::int64_t(specification.scopes.size() * specification.settings.rates.size()) * specification.settings.trials;
    std::int64_t done = 0;
    for (const FaultScope& asked : specification.scopes) {
        const FaultScope scope = stored_scope(run.unprotected(), asked);
        for (const double rate : specification.settings.rates) {
            goes_on = goes_on && profile_faults(run, run.unprotected(), scope, rate, done, total);
            done += specification.settings.trials;
        }
    }
    run.finish();
}

std::optional<Clipping> measure_act_max(const JobInputs& inputs, const TuningSettings& settings, const EventSink& sink,
                                        std::stop_token stop) {
    return TuningRun(TuningJob::profile, inputs, settings, sink, stop).profile();
}

std::optional<Clipping> measure_act_max_for(std::span<const Protection> protections, const JobInputs& inputs,
                                            const TuningSettings& settings, const EventSink& sink, std::stop_token stop) {
    const bool has_clips = std::ranges::any_of(protections, [](const Protection& one) { return parts_of(one).activation.has_value(); });
    return has_clips ? measure_act_max(inputs, settings, sink, std::move(stop)) : Clipping{};
}

}  // namespace clipscope
