#include "campaign/sweep.h"

#include <algorithm>
#include <cmath>

#include "common/error.h"
#include "common/number_text.h"
#include "common/text_list.h"

namespace clipscope {
namespace {

// Everything after the profile; returns early where it is stopped.
void sweep(TuningRun& run, const SweepSpecification& specification, Evaluator& unprotected, const Clipping& clipping) {
    const std::size_t site = specification.site;
    const SiteInfo& info = run.network().sites()[site];
    const FaultScope scope = faults_of_sweep(run.network(), clipping, site, specification.place);
    std::vector<float> thresholds;
    std::size_t thresholds_seen = 0;
    for (const float threshold : specification.grid.thresholds(*clipping.at(site)))
        if (run.settings().share.holds(thresholds_seen++)) thresholds.push_back(threshold);
    run.expect(std::int64_t(thresholds.size() + 1) * run.expected_trials());

    const auto clipped = run.evaluator(clipping);
    if (!clipped->prepare(scope.layers, run.threads(), run.stop())) return;
    const auto plan = run.plan(*clipped, scope);
    if (!plan || !unprotected.prepare(scope.layers, run.threads(), run.stop())) return;
    const SiteSweep* known = run.known_sweep(site);
    const auto unclipped = known ? std::optional(known->unclipped) : run.measure(unprotected, *plan, info.name + " · unclipped");
    if (!unclipped) return;
    run.send(SweepStarted{int(site), scope.name, *clipping.at(site), *unclipped, plan->rates});
    ThresholdEvaluator evaluator(*clipped, site);
    for (std::size_t first = 0; first < thresholds.size(); first += ThresholdEvaluator::most_at_once) {
        const std::span<const float> some =
            std::span(thresholds).subspan(first, std::min(ThresholdEvaluator::most_at_once, thresholds.size() - first));
        const auto measured = run.measure(evaluator, site, some, *plan, info.name);
        if (!measured) return;
        for (std::size_t i = 0; i < some.size(); ++i) run.send(SweepPointMeasured{int(site), {some[i], (*measured)[i]}});
    }
}

}  // namespace

ThresholdGrid ThresholdGrid::parse(const std::string& text, bool in_act_max) {
    std::vector<double> numbers;
    for (const std::string& part : split_list(text, ':'))
        if (const std::optional<double> number = parse_number(part); number && std::isfinite(*number)) numbers.push_back(*number);
    constexpr double most_thresholds = 10'000;
    const bool is_grid = numbers.size() == 3 && split_list(text, ':').size() == 3 && numbers[0] >= 0 && numbers[1] >= numbers[0] &&
                         numbers[2] >= 1 && numbers[2] <= most_thresholds && numbers[2] == std::floor(numbers[2]);
    if (text.find(',') != std::string::npos)
        throw UsageError("'" + text + "' is no grid of thresholds: " + decimal_point_advice + ", LOWEST:HIGHEST:COUNT as in 0:1.5:16.");
    if (!is_grid) throw UsageError("'" + text + "' is no grid of thresholds: give LOWEST:HIGHEST:COUNT, as in 0:1.5:16.");
    return {numbers[0], numbers[1], int(numbers[2]), in_act_max};
}

std::vector<float> ThresholdGrid::thresholds(float act_max) const {
    std::vector<float> thresholds;
    const double unit = in_act_max ? act_max : 1.0;
    for (int i = 0; i < count; ++i) {
        const double share = count > 1 ? double(i) / (count - 1) : 0.0;
        const auto threshold = float((low + (high - low) * share) * unit);
        // Beside a small ACT_max two numbers may be the same threshold.
        if (thresholds.empty() || threshold > thresholds.back()) thresholds.push_back(threshold);
    }
    return thresholds;
}

FaultScope faults_of_sweep(const Network& network, const Clipping& clipping, std::size_t site, FaultPlace place) {
    const std::string& name = network.sites().at(site).name;
    if (!clipping.at(site)) throw UsageError(name + " cannot be clipped: it lies inside a branch or a loop of the network.");
    FaultScope scope = faults_for_site(network, site, place);
    if (scope.layers.empty()) throw UsageError("No layer feeds " + name + ": choose faults everywhere, or another site.");
    return scope;
}

std::size_t find_site(const std::string& name, const std::vector<SiteInfo>& sites) {
    std::string known;
    std::vector<std::size_t> at_path;  // what info prints beside the name
    for (std::size_t i = 0; i < sites.size(); ++i) {
        if (lower_case(sites[i].name) == lower_case(trimmed(name))) return i;
        if (!sites[i].path.empty() && sites[i].path == trimmed(name)) at_path.push_back(i);
        known += (known.empty() ? "" : ", ") + sites[i].name;
    }
    if (at_path.size() == 1) return at_path.front();
    if (sites.empty()) throw UsageError("The network has no activation sites, so there is nothing to clip.");
    throw UsageError("There is no activation site '" + name + "': choose one of " + known + ".");
}

void run_sweep(const JobInputs& inputs, const SweepSpecification& specification, const EventSink& sink, std::stop_token stop) {
    if (specification.site >= inputs.network->sites().size()) throw UsageError("The network has no such activation site.");
    TuningRun run(TuningJob::sweep, inputs, specification.settings, sink, stop);
    if (const auto clipping = run.profile()) sweep(run, specification, run.unprotected(), *clipping);
    run.finish();
}

}  // namespace clipscope
