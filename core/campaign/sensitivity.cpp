#include "campaign/sensitivity.h"

#include <chrono>
#include <set>

#include "campaign/curve_campaign.h"
#include "campaign/suggested_rates.h"
#include "common/error.h"
#include "evaluation/evaluator.h"

namespace clipscope {

void run_sensitivity(const JobInputs& inputs, const SensitivitySpecification& specification, const EventSink& sink, std::stop_token stop) {
    if (specification.scopes.empty()) throw UsageError("Choose at least one layer, or the network, for the faults to hit.");
    check_thresholds_stored(specification.scopes, inputs.network->memory_parts());
    check_campaign(specification.rates, specification.trials, specification.precision ? 0 : 1);
    const auto started = std::chrono::steady_clock::now();
    const int threads = resolve_threads(specification.threads);
    Evaluator evaluator(inputs.network, inputs.images, inputs.input,
                        {.chunk = specification.chunk,
                         .device = specification.device,
                         .memory_bytes = specification.memory_bytes,
                         .exact = specification.exact});
    std::set<std::size_t> first_parts;
    std::vector<CampaignCurve> curves;
    for (const FaultScope& scope : specification.scopes) {
        first_parts.insert(scope.layers.begin(), scope.layers.end());
        curves.push_back({&evaluator, stored_scope(evaluator, scope), Protection::none});
    }
    if (evaluator.prepare(std::vector<std::size_t>(first_parts.begin(), first_parts.end()), threads, stop)) {
        const CampaignSettings settings{.rates = specification.rates,
                                        .trials = specification.trials,
                                        .seed = specification.seed,
                                        .nonfinite = specification.nonfinite,
                                        .threads = threads,
                                        .list_faults = specification.list_faults,
                                        .count_faults = specification.count_faults,
                                        .known = specification.known,
                                        .self_check = specification.self_check};
        if (specification.precision)
            run_precise_campaign(inputs, settings, *specification.precision, curves, sink, stop);
        else
            run_campaign(inputs, settings, curves, sink, stop);
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    sink(JobFinished{stop.stop_requested() ? JobEnd::stopped : JobEnd::done, seconds});
}

bool complete_sensitivity(const JobInputs& tuning, SensitivitySpecification& specification, const EventSink& sink, std::stop_token stop) {
    if (!specification.rates.empty()) return true;
    const EvaluatorOptions options{.chunk = specification.chunk,
                                   .device = specification.device,
                                   .memory_bytes = specification.memory_bytes,
                                   .exact = specification.exact};
    check_thresholds_stored(specification.scopes, tuning.network->memory_parts());
    const auto rates = suggest_joint_rates(tuning, options, specification.scopes, specification.seed, specification.nonfinite,
                                           resolve_threads(specification.threads), sink, stop);
    if (rates) specification.rates = *rates;
    return rates.has_value();
}

Outcome run_clean(const JobInputs& inputs, int threads, int chunk, const std::string& device, std::stop_token stop) {
    Evaluator evaluator(inputs.network, inputs.images, inputs.input, {.chunk = chunk, .device = device, .memory_bytes = 0});
    evaluator.prepare({}, resolve_threads(threads), stop);
    return evaluator.clean();
}

}  // namespace clipscope
