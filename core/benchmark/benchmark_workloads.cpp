#include "benchmark/benchmark_workloads.h"

#include <algorithm>
#include <set>

#include "campaign/auc_measurement.h"
#include "campaign/fault_scope.h"
#include "campaign/sensitivity.h"
#include "campaign/tuning_run.h"
#include "clipping/threshold_search.h"
#include "common/error.h"
#include "evaluation/activation_recorder.h"
#include "evaluation/evaluator.h"

namespace clipscope {

SensitivitySpecification measured_job(const std::vector<FaultScope>& scopes, const BenchmarkSpecification& specification) {
    SensitivitySpecification job;
    job.scopes = scopes;
    job.rates = specification.rates;
    job.seed = specification.seed;
    job.threads = specification.threads;
    job.chunk = specification.chunk;
    job.device = specification.device;
    job.memory_bytes = specification.memory_bytes;
    return job;
}

namespace {

EvaluatorOptions evaluator_options(const BenchmarkSpecification& specification, bool exact) {
    return {.chunk = specification.chunk, .device = specification.device, .memory_bytes = specification.memory_bytes, .exact = exact};
}

// Where trials will start.
std::vector<std::size_t> layers_of(const std::vector<FaultScope>& scopes) {
    std::set<std::size_t> layers;
    for (const FaultScope& scope : scopes) layers.insert(scope.layers.begin(), scope.layers.end());
    return {layers.begin(), layers.end()};
}

class SensitivityWorkload : public BenchmarkedWorkload {
public:
    SensitivityWorkload(const JobInputs& inputs, const BenchmarkSpecification& specification, const std::string& scopes)
        : inputs_(inputs), specification_(specification), scopes_(parse_fault_scopes(scopes, inputs.network->memory_parts())) {}

    std::optional<EngineRun> run(bool exact, std::stop_token stop) const override {
        SensitivitySpecification job = measured_job(scopes_, specification_);
        job.trials = specification_.trials;
        job.exact = exact;
        EngineRun result;
        result.evaluations = std::int64_t(scopes_.size());
        const EventSink keep_outcomes = [&](const Event& event) {
            if (const auto* trial = std::get_if<TrialFinished>(&event))
                result.outcomes[{std::size_t(trial->curve), -1, trial->trial, trial->rate_index}] = trial->result.outcome;
        };
        run_sensitivity(inputs_, job, keep_outcomes, stop);
        if (stop.stop_requested()) return std::nullopt;
        result.full_passes = std::int64_t(result.outcomes.size());
        return result;
    }

    Preparation prepare(bool exact, std::stop_token stop) const override {
        Evaluator evaluator(inputs_.network, inputs_.images, inputs_.input, evaluator_options(specification_, exact));
        if (!evaluator.prepare(layers_of(scopes_), specification_.threads, stop)) return {};
        return {evaluator.kept_bytes(), evaluator.multiplications_per_image()};
    }

    const std::vector<std::size_t>& fault_layers(std::size_t place) const override { return scopes_.at(place).layers; }
    Clipping clipping(const TrialKey&) const override { return {}; }

private:
    const JobInputs& inputs_;
    const BenchmarkSpecification& specification_;
    std::vector<FaultScope> scopes_;
};

class ThresholdSearchWorkload : public BenchmarkedWorkload {
public:
    ThresholdSearchWorkload(const JobInputs& inputs, const BenchmarkSpecification& specification, std::stop_token stop)
        : inputs_(inputs), specification_(specification), scopes_(inputs.network->sites().size()) {
        const Evaluator unclipped(inputs.network, inputs.images, inputs.input, evaluator_options(specification, true));
        const auto histograms = record_activations(unclipped, {}, 0, specification.threads, stop);
        for (std::size_t site = 0; histograms && site < scopes_.size(); ++site) {
            const SiteInfo& info = inputs.network->sites()[site];
            const auto largest = (*histograms)[site].largest();
            if (!info.can_be_clipped || !largest) continue;
            at_act_max_ = at_act_max_.with(site, info.threshold.value_or(std::max(*largest, -(*histograms)[site].smallest().value())));
            scopes_[site] = faults_for_site(*inputs.network, site, FaultPlace::feeding);
        }
        if (histograms && at_act_max_.thresholds.empty())
            throw UsageError("This network has no activation site that can be clipped: leave the workload threshold-search out.");
    }

    std::optional<EngineRun> run(bool exact, std::stop_token stop) const override {
        const std::unique_ptr<Evaluator> base = prepared_base(exact, stop);
        if (!base) return std::nullopt;
        EngineRun result;
        for (std::size_t site = 0; site < scopes_.size() && !stop.stop_requested(); ++site)
            if (!scopes_[site].layers.empty()) search_site(*base, site, result, stop);
        if (stop.stop_requested()) return std::nullopt;
        return result;
    }

    Preparation prepare(bool exact, std::stop_token stop) const override {
        const std::unique_ptr<Evaluator> base = prepared_base(exact, stop);
        return base ? Preparation{base->kept_bytes(), base->multiplications_per_image()} : Preparation{};
    }

    const std::vector<std::size_t>& fault_layers(std::size_t place) const override { return scopes_.at(place).layers; }
    Clipping clipping(const TrialKey& key) const override { return at_act_max_.with(key.place, key.threshold); }

private:
    // Nothing where it was stopped.
    std::unique_ptr<Evaluator> prepared_base(bool exact, std::stop_token stop) const {
        EvaluatorOptions options = evaluator_options(specification_, exact);
        options.clipping = at_act_max_;
        auto base = std::make_unique<Evaluator>(inputs_.network, inputs_.images, inputs_.input, options);
        const std::vector<std::size_t> layers = layers_of(scopes_);
        if (!base->prepare(layers, specification_.threads, stop)) return nullptr;
        return base;
    }

    void search_site(const Evaluator& base, std::size_t site, EngineRun& result, std::stop_token stop) const {
        const AucPlan plan{
            .scope = scopes_[site], .rates = specification_.rates, .trials = specification_.trials, .seed = specification_.seed};
        ThresholdEvaluator evaluator(base, site);
        const AucsOfThresholds aucs_of_thresholds = [&](std::span<const float> thresholds) {
            std::vector<AucEstimate> estimates;
            if (!evaluator.prepare(thresholds, plan.scope.layers, specification_.threads, stop)) return estimates;
            const ThresholdTrialObserver keep = [&](int trial, const std::vector<std::vector<TrialOutcome>>& outcomes) {
                for (std::size_t i = 0; i < thresholds.size(); ++i)
                    for (std::size_t rate = 0; rate < outcomes[i].size(); ++rate)
                        result.outcomes[{site, thresholds[i], trial, int(rate)}] = outcomes[i][rate].outcome;
            };
            const auto measured = measure_aucs(evaluator, plan, specification_.threads, keep, stop);
            for (std::size_t i = 0; measured && i < measured->size(); ++i) estimates.push_back(estimate_of((*measured)[i]));
            result.evaluations += std::int64_t(estimates.size());
            return estimates;
        };
        const ThresholdSearchResult found = search_threshold(*at_act_max_.at(site), ThresholdSearchSettings{}, aucs_of_thresholds, stop);
        result.full_passes += std::int64_t(4 * found.grids.size() * plan.rates.size()) * plan.trials;
    }

    const JobInputs& inputs_;
    const BenchmarkSpecification& specification_;
    Clipping at_act_max_;
    std::vector<FaultScope> scopes_;  // by site; without layers where the site is left alone
};

}  // namespace

std::unique_ptr<BenchmarkedWorkload> make_sensitivity_workload(const JobInputs& inputs, const BenchmarkSpecification& specification,
                                                               const std::string& scopes) {
    return std::make_unique<SensitivityWorkload>(inputs, specification, scopes);
}

std::unique_ptr<BenchmarkedWorkload> make_threshold_search_workload(const JobInputs& inputs, const BenchmarkSpecification& specification,
                                                                    std::stop_token stop) {
    return std::make_unique<ThresholdSearchWorkload>(inputs, specification, stop);
}

}  // namespace clipscope
