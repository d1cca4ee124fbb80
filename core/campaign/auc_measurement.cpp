#include "campaign/auc_measurement.h"

#include <cmath>
#include <memory>
#include <mutex>

#include "campaign/curve_auc.h"
#include "campaign/statistics.h"
#include "campaign/trial_run.h"
#include "evaluation/item_workers.h"

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
    curve.info.bits = fault_bits(plan.scope.layers, network.memory_parts());
    curve.trials.resize(plan.rates.size());
    return curve;
}

TrialFaults draw(const AucPlan& plan, const Network& network, int trial) {
    return draw_trial_faults(plan.seed, std::uint64_t(trial), network.memory_parts(), plan.scope.layers, plan.rates.back());
}

}  // namespace

std::optional<MeasuredAuc> measure_auc(const Evaluator& evaluator, const AucPlan& plan, int threads, const TrialObserver& on_trial,
                                       std::stop_token stop) {
    AccuracyCurve curve = empty_curve(evaluator.clean(), plan, evaluator.network());
    std::mutex mutex;
    const auto measure_trial = [&](TrialRunner& runner, int trial, const std::stop_token& stopped) {
        const TrialFaults faults = draw(plan, evaluator.network(), trial);
        std::vector<TrialOutcome> by_rate(plan.rates.size());
        const auto keep = [&](std::size_t rate, const TrialOutcome& outcome) { by_rate[rate] = outcome; };
        if (!run_trial(runner, evaluator, faults, plan.rates, stopped, keep)) return;
        const std::lock_guard lock(mutex);
        for (std::size_t rate = 0; rate < by_rate.size(); ++rate) curve.trials[rate].emplace(trial, by_rate[rate]);
        if (on_trial) on_trial(trial, by_rate);
    };
    const auto make_task = [&]() -> ItemTask {
        return [&, runner = std::make_shared<TrialRunner>(evaluator)](std::size_t trial, const std::stop_token& stopped) {
            measure_trial(*runner, int(trial), stopped);
        };
    };
    run_items({std::size_t(plan.trials), make_task, [&] { return evaluator.release_memory(); }}, threads, stop);
    if (stop.stop_requested()) return std::nullopt;
    return summarise(curve, info_of(plan), plan.axis);
}

std::optional<std::vector<MeasuredAuc>> measure_aucs(ThresholdEvaluator& evaluator, const AucPlan& plan, int threads,
                                                     const ThresholdTrialObserver& on_trial, std::stop_token stop) {
    const std::size_t thresholds = evaluator.thresholds().size();
    std::vector<AccuracyCurve> curves;
    for (std::size_t i = 0; i < thresholds; ++i) curves.push_back(empty_curve(evaluator.clean(i), plan, evaluator.network()));
    std::mutex mutex;
    const auto measure_trial = [&](ThresholdRunner& runner, int trial, const std::stop_token& stopped) {
        const TrialFaults faults = draw(plan, evaluator.network(), trial);
        std::vector<std::vector<TrialOutcome>> outcomes(thresholds, std::vector<TrialOutcome>(plan.rates.size()));
        const auto keep = [&](std::size_t threshold, std::size_t rate, const TrialOutcome& outcome) {
            outcomes[threshold][rate] = outcome;
        };
        if (!run_trial(runner, evaluator, std::uint64_t(trial), faults, plan.rates, stopped, keep)) return;
        const std::lock_guard lock(mutex);
        for (std::size_t i = 0; i < thresholds; ++i)
            for (std::size_t rate = 0; rate < plan.rates.size(); ++rate) curves[i].trials[rate].emplace(trial, outcomes[i][rate]);
        if (on_trial) on_trial(trial, outcomes);
    };
    const auto make_task = [&]() -> ItemTask {
        return [&, runner = std::make_shared<ThresholdRunner>(evaluator)](std::size_t trial, const std::stop_token& stopped) {
            measure_trial(*runner, int(trial), stopped);
        };
    };
    run_items({std::size_t(plan.trials), make_task, [&] { return evaluator.release_memory(); }}, threads, stop);
    if (stop.stop_requested()) return std::nullopt;
    std::vector<MeasuredAuc> measured;
    for (const AccuracyCurve& curve : curves) measured.push_back(summarise(curve, info_of(plan), plan.axis));
    return measured;
}

}  // namespace clipscope
