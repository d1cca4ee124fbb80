#include "campaign/compare.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <utility>

#include "campaign/curve_campaign.h"
#include "campaign/profile.h"
#include "campaign/suggested_rates.h"
#include "common/error.h"
#include "common/number_text.h"
#include "evaluation/evaluator.h"

namespace clipscope {
namespace {

using Evaluators = std::vector<std::unique_ptr<Evaluator>>;

// Contestants whose activations are protected alike share an evaluator: what a memory protection does is in the trial's faults. The place
// of each one's.
std::vector<std::size_t> evaluators_of(const std::vector<Contestant>& contestants) {
    std::vector<std::size_t> places;
    std::vector<const Contestant*> distinct;
    for (const Contestant& contestant : contestants) {
        const auto known = std::ranges::find_if(
            distinct, [&](const Contestant* other) { return other->clipping == contestant.clipping && other->sites == contestant.sites; });
        places.push_back(std::size_t(known - distinct.begin()));
        if (known == distinct.end()) distinct.push_back(&contestant);
    }
    return places;
}

// One after the other, so that each finds the free memory that the others left; a given budget is shared out. Empty where it was stopped.
Evaluators prepare(const JobInputs& inputs, const std::vector<Contestant>& contestants, const std::vector<std::size_t>& places,
                   const std::vector<FaultScope>& scopes, EvaluatorOptions options, int threads, const std::stop_token& stop) {
    std::set<std::size_t> first_layers, outputs;
    for (const FaultScope& scope : scopes) {
        const std::vector<std::size_t> parts = scope.parts();
        first_layers.insert(parts.begin(), parts.end());
        outputs.insert(scope.outputs.begin(), scope.outputs.end());
    }
    const std::vector<std::size_t> layers(first_layers.begin(), first_layers.end());
    options.memory_bytes /= *std::ranges::max_element(places) + 1;
    Evaluators evaluators;
    for (std::size_t i = 0; i < contestants.size(); ++i) {
        if (places[i] < evaluators.size()) continue;
        options.clipping = contestants[i].clipping;
        options.protections = contestants[i].sites;
        evaluators.push_back(std::make_unique<Evaluator>(inputs.network, inputs.images, inputs.input, options));
        if (!evaluators.back()->prepare(layers, threads, stop)) return {};
        if (!evaluators.back()->measure_outputs(std::vector<std::size_t>(outputs.begin(), outputs.end()), threads, stop)) return {};
    }
    return evaluators;
}

// From where the first contestant begins to lose to where the last has lost most; nothing where it was stopped.
std::optional<std::vector<double>> suggest_duel_rates(const JobInputs& tuning, const CompareSpecification& specification,
                                                      const EvaluatorOptions& options, int threads, const EventSink& sink,
                                                      const std::stop_token& stop) {
    const std::vector<std::size_t> places = evaluators_of(specification.contestants);
    const Evaluators evaluators = prepare(tuning, specification.contestants, places, specification.scopes, options, threads, stop);
    if (evaluators.empty()) return std::nullopt;
    std::vector<std::vector<double>> suggested;
    for (const FaultScope& scope : specification.scopes)
        for (std::size_t i = 0; i < places.size(); ++i) {
            const Contestant& contestant = specification.contestants[i];
            const Evaluator& evaluator = *evaluators[places[i]];
            const auto tell = [&](double rate) {
                sink(Progress{0, 1, -1, "looking for fault rates · " + to_string(contestant.protection) + " · " + number_text(rate)});
            };
            const auto rates = suggest_rates(evaluator, stored_scope(evaluator, scope), specification.seed, specification.nonfinite,
                                             threads, tell, stop, contestant.memory);
            if (!rates) return std::nullopt;
            suggested.push_back(*rates);
        }
    return joint_grid(suggested, true);
}

}  // namespace

void run_compare(const JobInputs& inputs, const CompareSpecification& specification, const EventSink& sink, std::stop_token stop) {
    if (specification.scopes.empty()) throw UsageError("Choose at least one layer, or the network, for the faults to hit.");
    if (specification.precision) check_stored_scopes(specification.scopes, "A precision");
    const auto has_memory = [](const Contestant& contestant) { return contestant.memory != nullptr; };
    if (specification.axis == PointAxis::fault_count && std::ranges::any_of(specification.contestants, has_memory))
        throw UsageError("A fixed number of faults knows no check bits: compare memory protections over fault rates.");
    if (!specification.act_max) throw UsageError("ACT_max is not known: profile the network first.");
    check_campaign(specification.axis, specification.rates, specification.trials, specification.precision ? 0 : 1);
    if (!specification.protections.empty() && specification.contestants.size() != specification.protections.size())
        throw UsageError("The contestants of the duel are not known: profile the network first.");
    const auto started = std::chrono::steady_clock::now();
    const int threads = resolve_threads(specification.threads);
    const std::vector<Contestant> contestants =
        specification.protections.empty() ? contestants_of_paper(*specification.act_max, specification.tuned) : specification.contestants;
    const std::vector<std::size_t> places = evaluators_of(contestants);
    const EvaluatorOptions options{.chunk = specification.chunk,
                                   .device = specification.device,
                                   .memory_bytes = specification.memory_bytes,
                                   .exact = specification.exact};
    const Evaluators evaluators = prepare(inputs, contestants, places, specification.scopes, options, threads, stop);
    std::vector<CampaignCurve> curves;
    if (!evaluators.empty())
        for (const FaultScope& scope : specification.scopes)
            for (std::size_t i = 0; i < contestants.size(); ++i) {
                const Evaluator& evaluator = *evaluators[places[i]];
                curves.push_back(
                    {&evaluator, stored_scope(evaluator, scope), contestants[i].protection, contestants[i].memory, contestants[i].price});
            }
    if (!curves.empty()) run_campaign(inputs, campaign_settings(specification, threads), specification.precision, curves, sink, stop);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    sink(JobFinished{stop.stop_requested() ? JobEnd::stopped : JobEnd::done, seconds});
}

bool complete_comparison(const JobInputs& tuning, const TuningSettings& settings, CompareSpecification& specification,
                         const EventSink& sink, std::stop_token stop) {
    const bool is_duel = !specification.protections.empty();
    if (!is_duel && !specification.tuned.by_kind.empty() && !specification.tuned.of("clip"))
        throw UsageError("These thresholds were found for " + specification.tuned.by_kind.begin()->first +
                         ", not for clipping: a duel compares them, as " + specification.tuned.by_kind.begin()->first + "-tuned.");
    // A network without activations can have its words protected all the same.
    if (!specification.act_max)
        specification.act_max = is_duel ? measure_act_max_for(specification.protections, tuning, settings, sink, stop)
                                        : measure_act_max(tuning, settings, sink, stop);
    if (!specification.act_max) return false;
    if (is_duel) {
        auto contestants =
            make_contestants(tuning, specification.protections, *specification.act_max, specification.tuned, settings, sink, stop);
        if (!contestants) return false;
        specification.contestants = std::move(*contestants);
    }
    if (!specification.rates.empty()) return true;
    EvaluatorOptions options{
        .chunk = settings.chunk, .device = settings.device, .memory_bytes = settings.memory_bytes, .exact = settings.exact};
    const int threads = resolve_threads(settings.threads);
    std::optional<std::vector<double>> rates;
    if (is_duel) {
        rates = suggest_duel_rates(tuning, specification, options, threads, sink, stop);
    } else {
        options.clipping = *specification.act_max;
        rates = suggest_joint_rates(tuning, options, specification.scopes, settings.seed, settings.nonfinite, threads, sink, stop);
    }
    if (rates) specification.rates = *rates;
    return rates.has_value();
}

}  // namespace clipscope
