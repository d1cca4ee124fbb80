#include "campaign/suggested_rates.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "campaign/accuracy_curves.h"
#include "campaign/auc_measurement.h"
#include "campaign/curve_campaign.h"
#include "campaign/fault_rates.h"
#include "campaign/point_faults.h"
#include "common/number_text.h"

namespace clipscope {
namespace {

constexpr double fewest_faults = 0.1;    // expected in scope at the lowest rate
constexpr double highest_probed = 0.1;   // a tenth of all bits: beyond it nothing is left to see
constexpr double factor = 3.1622776602;  // between probes: two a decade
constexpr int probe_trials = 6;
constexpr double share_left = 0.25;  // of what the network knows beyond chance
constexpr int rates_of_a_grid = 7;

std::vector<double> log_spaced(double lowest, double highest) {
    return log_spaced_rates(lowest, highest, rates_of_a_grid);
}

// Two digits: rates that people can read.
double rounded(double rate) {
    return rounded_number(rate, 2);
}

std::int64_t bits_in(const FaultScope& scope, const Network& network) {
    std::int64_t bits = 0;
    for (const std::size_t layer : scope.layers) bits += network.memory_parts()[layer].bits;
    return bits;
}

}  // namespace

std::optional<std::vector<double>> suggest_rates(const Evaluator& evaluator, const FaultScope& scope, std::uint64_t seed,
                                                 NonfiniteRule nonfinite, int threads, const std::function<void(double rate)>& on_probe,
                                                 std::stop_token stop, const std::shared_ptr<const ProtectedMemory>& memory) {
    const std::int64_t images = std::max<std::int64_t>(std::int64_t(evaluator.image_numbers().size()), 1);
    const std::int64_t an_inference = bits_in(scope, evaluator.network()) + count_output_places(evaluator, scope) / images;
    const auto bits = double(std::max<std::int64_t>(an_inference, 1));
    const double chance = 1.0 / double(std::max<std::size_t>(evaluator.classes(), 1));
    const double clean = accuracy(evaluator.clean(), nonfinite);
    const double enough = chance + share_left * std::max(clean - chance, 0.0);
    double highest = rounded(std::min(1 / bits, highest_probed));
    for (double rate = highest; rate <= highest_probed; rate = rounded(rate * factor)) {
        AucPlan plan{.scope = scope, .rates = {rate}, .trials = probe_trials, .seed = seed, .nonfinite = nonfinite, .memory = memory};
        const std::optional<MeasuredAuc> probe = measure_auc(evaluator, plan, threads, {}, stop);
        if (!probe) return std::nullopt;
        if (on_probe) on_probe(rate);
        highest = rate;
        if (probe->accuracies.front() <= enough) break;
    }
    return log_spaced(rounded(std::min(fewest_faults / bits, highest / 10)), highest);
}

std::vector<double> joint_grid(std::span<const std::vector<double>> suggested, bool is_wide) {
    double lowest = 1;
    double highest = 0;
    for (const std::vector<double>& rates : suggested) {
        if (rates.empty()) continue;
        lowest = std::min(lowest, rates.front());
        highest = std::max(highest, rates.back());
    }
    if (!(highest > 0)) return {};
    const int two_a_decade = int(std::ceil(2 * std::log10(highest / lowest))) + 1;
    if (!is_wide) return log_spaced(lowest, highest);
    std::vector<double> rates = log_spaced_rates(lowest, highest, std::max(rates_of_a_grid, two_a_decade));
    for (double& rate : rates) rate = rounded(rate);
    return rates;
}

std::optional<std::vector<double>> suggest_joint_rates(const JobInputs& tuning, const EvaluatorOptions& options,
                                                       const std::vector<FaultScope>& scopes, std::uint64_t seed, NonfiniteRule nonfinite,
                                                       int threads, const EventSink& sink, std::stop_token stop) {
    const auto tell = [&](double rate) { sink(Progress{0, 1, -1, "looking for fault rates · " + number_text(rate)}); };
    Evaluator evaluator(tuning.network, tuning.images, tuning.input, options);
    std::set<std::size_t> layers;
    for (const FaultScope& scope : scopes) {
        const std::vector<std::size_t> parts = scope.parts();
        layers.insert(parts.begin(), parts.end());
    }
    if (!evaluator.prepare(std::vector<std::size_t>(layers.begin(), layers.end()), threads, stop)) return std::nullopt;
    std::vector<std::vector<double>> by_scope;
    for (const FaultScope& scope : scopes) {
        const auto rates = suggest_rates(evaluator, stored_scope(evaluator, scope), seed, nonfinite, threads, tell, stop);
        if (!rates) return std::nullopt;
        by_scope.push_back(*rates);
    }
    return joint_grid(by_scope);
}

}  // namespace clipscope
