#include "campaign/compare.h"

#include <chrono>
#include <memory>
#include <set>

#include "campaign/curve_campaign.h"
#include "campaign/profile.h"
#include "campaign/suggested_rates.h"
#include "common/error.h"
#include "evaluation/evaluator.h"

namespace clipscope {
namespace {

struct Configuration {
    Protection protection;
    std::unique_ptr<Evaluator> evaluator;
};

// One after the other, so that each finds the free memory that the others left; a given budget is shared out.
std::vector<Configuration> prepare(const JobInputs& inputs, const CompareSpecification& specification, int threads,
                                   const std::stop_token& stop) {
    std::vector<std::pair<Protection, Clipping>> wanted = {{Protection::none, {}}, {Protection::clip_actmax, *specification.act_max}};
    if (specification.tuned) wanted.emplace_back(Protection::clip_tuned, *specification.tuned);
    std::set<std::size_t> first_layers;
    for (const FaultScope& scope : specification.scopes) first_layers.insert(scope.layers.begin(), scope.layers.end());
    const std::vector<std::size_t> layers(first_layers.begin(), first_layers.end());
    std::vector<Configuration> configurations;
    for (const auto& [protection, clipping] : wanted) {
        auto evaluator = std::make_unique<Evaluator>(inputs.network, inputs.images, inputs.input,
                                                     EvaluatorOptions{.chunk = specification.chunk,
                                                                      .device = specification.device,
                                                                      .memory_bytes = specification.memory_bytes / wanted.size(),
                                                                      .exact = specification.exact,
                                                                      .clipping = clipping});
        if (!evaluator->prepare(layers, threads, stop)) return {};
        configurations.push_back({protection, std::move(evaluator)});
    }
    return configurations;
}

}  // namespace

void run_compare(const JobInputs& inputs, const CompareSpecification& specification, const EventSink& sink, std::stop_token stop) {
    if (specification.scopes.empty()) throw UsageError("Choose at least one layer, or the network, for the faults to hit.");
    if (!specification.act_max) throw UsageError("ACT_max is not known: profile the network first.");
    check_campaign(specification.axis, specification.rates, specification.trials, specification.precision ? 0 : 1);
    const auto started = std::chrono::steady_clock::now();
    const int threads = resolve_threads(specification.threads);
    const std::vector<Configuration> configurations = prepare(inputs, specification, threads, stop);
    std::vector<CampaignCurve> curves;
    for (const FaultScope& scope : specification.scopes)
        for (const Configuration& configuration : configurations)
            curves.push_back({configuration.evaluator.get(), stored_scope(*configuration.evaluator, scope), configuration.protection});
    if (!curves.empty()) run_campaign(inputs, campaign_settings(specification, threads), specification.precision, curves, sink, stop);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    sink(JobFinished{stop.stop_requested() ? JobEnd::stopped : JobEnd::done, seconds});
}

bool complete_comparison(const JobInputs& tuning, const TuningSettings& settings, CompareSpecification& specification,
                         const EventSink& sink, std::stop_token stop) {
    if (!specification.act_max) specification.act_max = measure_act_max(tuning, settings, sink, stop);
    if (!specification.act_max) return false;
    if (!specification.rates.empty()) return true;
    const EvaluatorOptions options{.chunk = settings.chunk,
                                   .device = settings.device,
                                   .memory_bytes = settings.memory_bytes,
                                   .exact = settings.exact,
                                   .clipping = *specification.act_max};
    const auto rates = suggest_joint_rates(tuning, options, specification.scopes, settings.seed, settings.nonfinite,
                                           resolve_threads(settings.threads), sink, stop);
    if (rates) specification.rates = *rates;
    return rates.has_value();
}

}  // namespace clipscope
