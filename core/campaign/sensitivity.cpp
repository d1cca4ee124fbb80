#include "campaign/sensitivity.h"

#include <chrono>
#include <memory>
#include <set>
#include <vector>

#include "campaign/curve_campaign.h"
#include "campaign/suggested_rates.h"
#include "common/error.h"
#include "evaluation/evaluator.h"

namespace clipscope {

namespace {

// The network of a job, and the curves that it measures on it.
class Measurement {
public:
    Measurement(const JobInputs& inputs, const SensitivitySpecification& specification)
        : threads_(resolve_threads(specification.threads)), specification_(specification) {
        if (specification.scopes.empty()) throw UsageError("Choose at least one layer, or the network, for the faults to hit.");
        check_thresholds_stored(specification.scopes, inputs.network->memory_parts());
        check_campaign(specification.axis, specification.rates, specification.trials, specification.precision ? 0 : 1);
        if (specification.precision) check_precision(*specification.precision);
        if (specification.precision) check_stored_scopes(specification.scopes, "A precision");
        evaluator_ = std::make_unique<Evaluator>(inputs.network, inputs.images, inputs.input,
                                                 EvaluatorOptions{.chunk = specification.chunk,
                                                                  .device = specification.device,
                                                                  .memory_bytes = specification.memory_bytes,
                                                                  .exact = specification.exact});
    }

    // False where it was stopped.
    bool prepare(const std::stop_token& stop) {
        std::set<std::size_t> first_parts;
        for (const FaultScope& scope : specification_.scopes) {
            const std::vector<std::size_t> parts = scope.parts();
            first_parts.insert(parts.begin(), parts.end());
            curves_.push_back({evaluator_.get(), stored_scope(*evaluator_, scope), Protection::none});
        }
        std::set<std::size_t> outputs;
        for (const FaultScope& scope : specification_.scopes) outputs.insert(scope.outputs.begin(), scope.outputs.end());
        return evaluator_->prepare(std::vector<std::size_t>(first_parts.begin(), first_parts.end()), threads_, stop) &&
               evaluator_->measure_outputs(std::vector<std::size_t>(outputs.begin(), outputs.end()), threads_, stop);
    }

    const std::vector<CampaignCurve>& curves() const { return curves_; }
    CampaignSettings settings() const { return campaign_settings(specification_, threads_); }

private:
    const int threads_;
    const SensitivitySpecification& specification_;
    std::unique_ptr<Evaluator> evaluator_;
    std::vector<CampaignCurve> curves_;
};

}  // namespace

void run_sensitivity(const JobInputs& inputs, const SensitivitySpecification& specification, const EventSink& sink, std::stop_token stop) {
    const auto started = std::chrono::steady_clock::now();
    Measurement measurement(inputs, specification);
    if (measurement.prepare(stop)) run_campaign(inputs, measurement.settings(), specification.precision, measurement.curves(), sink, stop);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    sink(JobFinished{stop.stop_requested() ? JobEnd::stopped : JobEnd::done, seconds});
}

std::optional<PrecisionPlan> plan_sensitivity(const JobInputs& inputs, const SensitivitySpecification& specification, const EventSink& sink,
                                              std::stop_token stop) {
    if (!specification.precision) throw UsageError("A plan needs a precision: the half-width of the intervals.");
    const auto started = std::chrono::steady_clock::now();
    Measurement measurement(inputs, specification);
    if (!measurement.prepare(stop)) return std::nullopt;
    const double preparation = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    auto plan = plan_precise_campaign(inputs, measurement.settings(), *specification.precision, measurement.curves(), sink, stop);
    if (!plan) return std::nullopt;
    plan->seconds += preparation;
    plan->plain_seconds += preparation;
    return plan;
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
