#include "campaign/auc_measurement.h"

#include <array>
#include <cmath>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

#include "campaign/curve_auc.h"
#include "campaign/item_bytes.h"
#include "campaign/point_faults.h"
#include "campaign/trial_run.h"
#include "common/number_text.h"
#include "evaluation/item_workers.h"
#include "statistics/summary.h"

namespace clipscope {
namespace {

MeasuredAuc summarise(const AccuracyCurve& curve, const CampaignInfo& info, AucAxis axis) {
    MeasuredAuc measured;
    measured.clean_accuracy = accuracy(curve.info.clean, info.nonfinite);
    for (const CurvePoint& point : curve_points(curve, info)) measured.accuracies.push_back(point.mean);
    const CurveAuc area = curve_auc(curve, info, axis).value();
    measured.auc = area.auc;
    measured.trial_aucs = area.trial_aucs;
    measured.ci95 = area.ci95;
    if (area.trial_aucs.size() > 1) {
        const Summary summary = summarize(area.trial_aucs);
        measured.standard_error = summary.sd / std::sqrt(double(summary.count));
    }
    return measured;
}

CampaignInfo info_of(const AucPlan& plan) {
    CampaignInfo info;
    info.nonfinite = plan.nonfinite;
    info.rates = plan.rates;
    return info;
}

AccuracyCurve empty_curve(const Outcome& clean, const AucPlan& plan, const Network& network) {
    AccuracyCurve curve;
    curve.info.clean = clean;
    curve.info.bits = fault_bits(plan.scope.layers, network.memory_parts()) +
                      count_check_places(plan.memory.get(), network.memory_parts(), plan.scope.layers);
    curve.trials.resize(plan.rates.size());
    return curve;
}

// The same faults in the memory that the plan protects them with.
TrialFaults in_memory(TrialFaults faults, const AucPlan& plan, const Network& network, int trial) {
    return in_protected_memory(std::move(faults), plan.memory, plan.seed, std::uint64_t(trial), network.memory_parts(), plan.scope.layers,
                               plan.rates.back());
}

SelfCheckedTrial checked_trial(const AucPlan& plan, int trial, const TrialFaults& faults, std::size_t rate, const TrialOutcome& outcome) {
    return {.curve = plan.scope.name,
            .trial = std::uint64_t(trial),
            .point = plan.rates[rate],
            .point_name = "rate " + number_text(plan.rates[rate]),
            .faults = faults,
            .rate = plan.rates[rate],
            .outcome = &outcome.outcome};
}

// Those rates with faults of their own where the trial is chosen; false where it was stopped.
bool check_rates(const SelfCheck& self_check, const std::string& curve, const AucPlan& plan, int trial, const TrialFaults& faults,
                 const std::function<bool(std::size_t rate)>& check) {
    std::vector<double> rates;
    std::vector<std::size_t> places;
    std::int64_t count = 0;
    for (std::size_t rate = 0; rate < plan.rates.size(); ++rate) {
        const std::int64_t faulty = faults.count_below(plan.rates[rate]);
        if (faulty == count) continue;
        count = faulty;
        rates.push_back(plan.rates[rate]);
        places.push_back(rate);
    }
    for (const std::size_t chosen : self_check.chosen(curve, std::uint64_t(trial), rates))
        if (!check(places[chosen])) return false;
    return true;
}

// A trial's outcomes at all rates.
nlohmann::ordered_json trial_of(const AccuracyCurve& curve, int trial) {
    auto json = nlohmann::ordered_json::array();
    for (const auto& trials : curve.trials) json.push_back(trial_json(trials.at(trial)));
    return json;
}

std::vector<TrialOutcome> read_rates(const nlohmann::ordered_json& json) {
    std::vector<TrialOutcome> by_rate;
    for (const auto& outcome : json) by_rate.push_back(read_trial(outcome));
    return by_rate;
}

// Of all members of the team.
SelfCheckCounts counts_of_all(SelfCheckCounts counts, ItemTeam* team) {
    if (!team) return counts;
    std::array numbers{counts.trials, counts.near_ties};
    team->sum(numbers);
    return {numbers[0], numbers[1]};
}

}  // namespace

MeasuredAuc auc_of_trials(const std::map<int, std::vector<TrialOutcome>>& trials, const Outcome& clean, const AucPlan& plan,
                          const Network& network) {
    AccuracyCurve curve = empty_curve(clean, plan, network);
    for (const auto& [trial, by_rate] : trials)
        for (std::size_t rate = 0; rate < by_rate.size(); ++rate) curve.trials[rate].emplace(trial, by_rate[rate]);
    return summarise(curve, info_of(plan), plan.axis);
}

std::optional<MeasuredAuc> measure_auc(const Evaluator& evaluator, const AucPlan& plan, int threads, const TrialObserver& on_trial,
                                       std::stop_token stop) {
    AccuracyCurve curve = empty_curve(evaluator.clean(), plan, evaluator.network());
    SelfCheck self_check(plan.self_check, plan.seed);
    std::mutex mutex;
    const auto keep_trial = [&](int trial, const std::vector<TrialOutcome>& by_rate) {
        const std::lock_guard lock(mutex);
        for (std::size_t rate = 0; rate < by_rate.size(); ++rate) curve.trials[rate].emplace(trial, by_rate[rate]);
        if (on_trial) on_trial(trial, by_rate);
    };
    const auto take = [&](std::size_t trial) {
        const std::lock_guard lock(mutex);
        return to_bytes(trial_of(curve, int(trial)));
    };
    const auto put = [&](std::size_t trial, const std::string& bytes) { keep_trial(int(trial), read_rates(from_bytes(bytes))); };
    const auto measure_trial = [&](TrialRunner& runner, int trial, const std::stop_token& stopped) {
        const TrialFaults faults =
            in_memory(draw_point_faults(PointAxis::fault_rate, plan.seed, std::uint64_t(trial), evaluator, plan.scope, plan.rates.back()),
                      plan, evaluator.network(), trial);
        std::vector<TrialOutcome> by_rate(plan.rates.size());
        const auto keep = [&](std::size_t rate, const TrialOutcome& outcome) { by_rate[rate] = outcome; };
        if (!run_trial(runner, evaluator, faults, plan.rates, stopped, keep)) return;
        const auto check = [&](std::size_t rate) {
            return self_check.check(runner, evaluator, checked_trial(plan, trial, faults, rate, by_rate[rate]), stopped);
        };
        if (self_check.is_on(evaluator) && !check_rates(self_check, plan.scope.name, plan, trial, faults, check)) return;
        keep_trial(trial, by_rate);
    };
    const auto make_task = [&]() -> ItemTask {
        return [&, runner = std::make_shared<TrialRunner>(evaluator)](std::size_t trial, const std::stop_token& stopped) {
            measure_trial(*runner, int(trial), stopped);
        };
    };
    run_items({std::size_t(plan.trials), make_task, [&] { return evaluator.release_memory(); }, plan.team, {take, put, true}}, threads,
              stop);
    if (stop.stop_requested()) return std::nullopt;
    MeasuredAuc measured = summarise(curve, info_of(plan), plan.axis);
    measured.self_check = counts_of_all(self_check.counts(), plan.team);
    return measured;
}

std::optional<std::vector<MeasuredAuc>> measure_aucs(ThresholdEvaluator& evaluator, const AucPlan& plan, int threads,
                                                     const ThresholdTrialObserver& on_trial, std::stop_token stop) {
    const std::size_t thresholds = evaluator.thresholds().size();
    std::vector<AccuracyCurve> curves;
    SelfCheck self_check(plan.self_check, plan.seed);
    std::mutex mutex;
    for (std::size_t i = 0; i < thresholds; ++i) curves.push_back(empty_curve(evaluator.clean(i), plan, evaluator.network()));
    const auto keep_trial = [&](int trial, const std::vector<std::vector<TrialOutcome>>& outcomes) {
        const std::lock_guard lock(mutex);
        for (std::size_t i = 0; i < thresholds; ++i)
            for (std::size_t rate = 0; rate < plan.rates.size(); ++rate) curves[i].trials[rate].emplace(trial, outcomes[i][rate]);
        if (on_trial) on_trial(trial, outcomes);
    };
    const auto take = [&](std::size_t trial) {
        const std::lock_guard lock(mutex);
        auto json = nlohmann::ordered_json::array();
        for (const AccuracyCurve& curve : curves) json.push_back(trial_of(curve, int(trial)));
        return to_bytes(json);
    };
    const auto put = [&](std::size_t trial, const std::string& bytes) {
        std::vector<std::vector<TrialOutcome>> outcomes;
        for (const auto& by_rate : from_bytes(bytes)) outcomes.push_back(read_rates(by_rate));
        keep_trial(int(trial), outcomes);
    };
    const auto measure_trial = [&](ThresholdRunner& runner, int trial, const std::stop_token& stopped) {
        const TrialFaults faults = in_memory(draw_point_faults(PointAxis::fault_rate, plan.seed, std::uint64_t(trial),
                                                               evaluator.network().memory_parts(), plan.scope.layers, plan.rates.back()),
                                             plan, evaluator.network(), trial);
        std::vector<std::vector<TrialOutcome>> outcomes(thresholds, std::vector<TrialOutcome>(plan.rates.size()));
        const auto keep = [&](std::size_t threshold, std::size_t rate, const TrialOutcome& outcome) {
            outcomes[threshold][rate] = outcome;
        };
        if (!run_trial(runner, evaluator, std::uint64_t(trial), faults, plan.rates, stopped, keep)) return;
        for (std::size_t i = 0; self_check.is_on() && !evaluator.is_exact() && i < thresholds; ++i) {
            const auto check = [&](std::size_t rate) {
                SelfCheckedTrial checked = checked_trial(plan, trial, faults, rate, outcomes[i][rate]);
                checked.curve += " at the threshold " + number_text(evaluator.thresholds()[i]);
                return self_check.check(evaluator, i, checked, stopped);
            };
            if (!check_rates(self_check, plan.scope.name + " " + number_text(evaluator.thresholds()[i]), plan, trial, faults, check))
                return;
        }
        keep_trial(trial, outcomes);
    };
    const auto make_task = [&]() -> ItemTask {
        return [&, runner = std::make_shared<ThresholdRunner>(evaluator)](std::size_t trial, const std::stop_token& stopped) {
            measure_trial(*runner, int(trial), stopped);
        };
    };
    run_items({std::size_t(plan.trials), make_task, [&] { return evaluator.release_memory(); }, plan.team, {take, put, true}}, threads,
              stop);
    if (stop.stop_requested()) return std::nullopt;
    std::vector<MeasuredAuc> measured;
    for (std::size_t i = 0; i < thresholds; ++i) {
        measured.push_back(summarise(curves[i], info_of(plan), plan.axis));
        measured.back().self_check = counts_of_all(self_check.counts(i), plan.team);
    }
    return measured;
}

}  // namespace clipscope
