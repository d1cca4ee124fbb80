#include "campaign/benchmark_workloads.h"

#include <algorithm>
#include <atomic>
#include <set>

#include "campaign/fault_scope.h"
#include "campaign/sensitivity.h"
#include "clipping/auc.h"
#include "clipping/threshold_search.h"
#include "common/error.h"
#include "evaluation/evaluator.h"
#include "evaluation/worker_threads.h"

namespace clipscope {

namespace {

EvaluatorOptions evaluator_options(const BenchmarkSpecification& specification, bool exact) {
    return {.chunk = specification.chunk, .device = specification.device, .memory_bytes = specification.memory_bytes, .exact = exact};
}

class SensitivityWorkload : public BenchmarkedWorkload {
public:
    SensitivityWorkload(const JobInputs& inputs, const BenchmarkSpecification& specification, const std::string& scopes)
        : inputs_(inputs), specification_(specification), scopes_(parse_fault_scopes(scopes, inputs.network->layers())) {}

    std::optional<EngineRun> run(bool exact, std::stop_token stop) const override {
        SensitivitySpecification job;
        job.scopes = scopes_;
        job.rates = specification_.rates;
        job.trials = specification_.trials;
        job.seed = specification_.seed;
        job.threads = specification_.threads;
        job.chunk = specification_.chunk;
        job.device = specification_.device;
        job.memory_bytes = specification_.memory_bytes;
        job.exact = exact;
        EngineRun result;
        result.evaluations = std::int64_t(scopes_.size());
        const EventSink keep_outcomes = [&](const Event& event) {
            if (const auto* trial = std::get_if<TrialFinished>(&event))
                result.outcomes[{std::size_t(trial->curve), -1, trial->trial, trial->rate_index}] = trial->result.outcome;
        };
        run_sensitivity(inputs_, job, keep_outcomes, stop);
        if (stop.stop_requested()) return std::nullopt;
        return result;
    }

    std::size_t kept_bytes(bool exact, std::stop_token stop) const override {
        Evaluator evaluator(inputs_.network, inputs_.images, inputs_.input, evaluator_options(specification_, exact));
        std::set<std::size_t> layers;
        for (const FaultScope& scope : scopes_) layers.insert(scope.layers.begin(), scope.layers.end());
        const std::vector<std::size_t> first_layers(layers.begin(), layers.end());
        evaluator.prepare(first_layers, specification_.threads, stop);
        return evaluator.kept_bytes();
    }

    const std::vector<std::size_t>& fault_layers(std::size_t place) const override { return scopes_.at(place).layers; }
    Clipping clipping(const TrialKey&) const override { return {}; }

private:
    const JobInputs& inputs_;
    const BenchmarkSpecification& specification_;
    std::vector<FaultScope> scopes_;
};

// Runs all trials of one threshold on workers.
class ThresholdTrials {
public:
    ThresholdTrials(const BenchmarkSpecification& specification, const Evaluator& evaluator, const std::vector<std::size_t>& layers)
        : specification_(specification), evaluator_(evaluator), layers_(layers), outcomes_(specification.rates.size()) {
        for (std::vector<Outcome>& outcomes : outcomes_) outcomes.resize(std::size_t(specification.trials));
    }

    // Nothing where it was stopped.
    std::optional<AucEstimate> run(std::stop_token stop) {
        run_on_workers(specification_.threads, stop, [&](int, const std::stop_token& stopped) { work(stopped); });
        if (stop.stop_requested()) return std::nullopt;
        std::vector<double> means;
        std::vector<std::vector<double>> accuracies;
        for (const std::vector<Outcome>& outcomes : outcomes_) {
            double sum = 0;
            std::vector<double>& of_rate = accuracies.emplace_back();
            for (const Outcome& outcome : outcomes) sum += of_rate.emplace_back(double(outcome.correct) / outcome.images);
            means.push_back(sum / double(outcomes.size()));
        }
        const double clean = double(evaluator_.clean().correct) / evaluator_.clean().images;
        return AucEstimate{auc(clean, specification_.rates, means), trial_aucs(clean, specification_.rates, accuracies)};
    }

    const Outcome& outcome(std::size_t rate, std::size_t trial) const { return outcomes_[rate][trial]; }

private:
    void work(const std::stop_token& stop) {
        TrialRunner runner(evaluator_);
        for (int trial = next_++; trial < specification_.trials && !stop.stop_requested(); trial = next_++) {
            const TrialFaults faults = draw_trial_faults(specification_.seed, std::uint64_t(trial), evaluator_.network().layers(), layers_,
                                                         specification_.rates.back());
            Outcome outcome = evaluator_.clean();
            std::int64_t count = 0;
            for (std::size_t rate = 0; rate < specification_.rates.size(); ++rate) {
                // Faulty sets are nested: as many faults as at the rate before are the same faults.
                if (faults.count_below(specification_.rates[rate]) != count) {
                    const std::optional<Outcome> faulty = runner.run(faults, specification_.rates[rate], stop);
                    if (!faulty) return;
                    outcome = *faulty;
                    count = faults.count_below(specification_.rates[rate]);
                }
                outcomes_[rate][std::size_t(trial)] = outcome;
            }
        }
    }

    const BenchmarkSpecification& specification_;
    const Evaluator& evaluator_;
    const std::vector<std::size_t>& layers_;
    std::vector<std::vector<Outcome>> outcomes_;  // by rate, by trial
    std::atomic<int> next_{0};
};

class ThresholdSearchWorkload : public BenchmarkedWorkload {
public:
    ThresholdSearchWorkload(const JobInputs& inputs, const BenchmarkSpecification& specification,
                            const std::vector<std::optional<float>>& act_max)
        : inputs_(inputs), specification_(specification) {
        const std::vector<SiteInfo>& sites = inputs.network->sites();
        feeding_.resize(sites.size());
        for (std::size_t site = 0; site < sites.size(); ++site) {
            if (!act_max.at(site)) continue;
            at_act_max_ = at_act_max_.with(site, act_max[site]);
            for (std::size_t layer = 0; layer < inputs.network->layers().size(); ++layer)
                if (std::ranges::count(sites[site].fed_by, inputs.network->layers()[layer].name) > 0) feeding_[site].push_back(layer);
        }
        if (at_act_max_.thresholds.empty())
            throw UsageError("This network has no activation site that can be clipped: leave the workload threshold-search out.");
    }

    std::optional<EngineRun> run(bool exact, std::stop_token stop) const override {
        const std::unique_ptr<Evaluator> base = prepared_base(exact, stop);
        EngineRun result;
        for (std::size_t site = 0; site < feeding_.size() && !stop.stop_requested(); ++site)
            if (!feeding_[site].empty()) search_site(*base, site, result, stop);
        if (stop.stop_requested()) return std::nullopt;
        return result;
    }

    std::size_t kept_bytes(bool exact, std::stop_token stop) const override { return prepared_base(exact, stop)->kept_bytes(); }
    const std::vector<std::size_t>& fault_layers(std::size_t place) const override { return feeding_.at(place); }
    Clipping clipping(const TrialKey& key) const override { return at_act_max_.with(key.place, key.threshold); }

private:
    std::unique_ptr<Evaluator> prepared_base(bool exact, std::stop_token stop) const {
        EvaluatorOptions options = evaluator_options(specification_, exact);
        options.clipping = at_act_max_;
        auto base = std::make_unique<Evaluator>(inputs_.network, inputs_.images, inputs_.input, options);
        std::set<std::size_t> layers;
        for (const std::vector<std::size_t>& feeding : feeding_) layers.insert(feeding.begin(), feeding.end());
        const std::vector<std::size_t> first_layers(layers.begin(), layers.end());
        base->prepare(first_layers, specification_.threads, stop);
        return base;
    }

    void search_site(const Evaluator& base, std::size_t site, EngineRun& result, std::stop_token stop) const {
        const AucOfThreshold auc_of_threshold = [&](float threshold) -> std::optional<AucEstimate> {
            const std::unique_ptr<Evaluator> evaluator = base.with_threshold(site, threshold);
            if (!evaluator->prepare(feeding_[site], specification_.threads, stop)) return std::nullopt;
            ThresholdTrials trials(specification_, *evaluator, feeding_[site]);
            std::optional<AucEstimate> estimate = trials.run(stop);
            if (!estimate) return std::nullopt;
            ++result.evaluations;
            for (std::size_t rate = 0; rate < specification_.rates.size(); ++rate)
                for (int trial = 0; trial < specification_.trials; ++trial)
                    result.outcomes[{site, threshold, trial, int(rate)}] = trials.outcome(rate, std::size_t(trial));
            return estimate;
        };
        search_threshold(*at_act_max_.at(site), ThresholdSearchSettings{}, auc_of_threshold, stop);
    }

    const JobInputs& inputs_;
    const BenchmarkSpecification& specification_;
    Clipping at_act_max_;
    std::vector<std::vector<std::size_t>> feeding_;  // layers, by site; none for a site that is left alone
};

}  // namespace

std::unique_ptr<BenchmarkedWorkload> make_sensitivity_workload(const JobInputs& inputs, const BenchmarkSpecification& specification,
                                                               const std::string& scopes) {
    return std::make_unique<SensitivityWorkload>(inputs, specification, scopes);
}

std::unique_ptr<BenchmarkedWorkload> make_threshold_search_workload(const JobInputs& inputs, const BenchmarkSpecification& specification,
                                                                    const std::vector<std::optional<float>>& act_max) {
    return std::make_unique<ThresholdSearchWorkload>(inputs, specification, act_max);
}

}  // namespace clipscope
