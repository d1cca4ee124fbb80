#include "campaign/auc_measurement.h"

#include <atomic>
#include <cmath>
#include <mutex>

#include "campaign/curve_auc.h"
#include "campaign/statistics.h"
#include "campaign/trial_run.h"
#include "evaluation/worker_threads.h"

namespace clipscope {
namespace {

MeasuredAuc summarise(const AccuracyCurve& curve, const CampaignInfo& info, AucAxis axis) {
    MeasuredAuc measured;
    measured.clean_accuracy = accuracy(curve.info.clean, info.nonfinite);
    for (const CurvePoint& point : curve_points(curve, info)) measured.accuracies.push_back(point.mean);
    const CurveAuc area = curve_auc(curve, info, axis).value();
    measured.auc = area.auc;
    measured.trial_aucs = area.trial_aucs;
    if (area.trial_aucs.size() > 1) {
        const Summary summary = summarize(area.trial_aucs);
        measured.standard_error = summary.sd / std::sqrt(double(summary.count));
    }
    return measured;
}

}  // namespace

std::optional<MeasuredAuc> measure_auc(const Evaluator& evaluator, const AucPlan& plan, int threads, const TrialObserver& on_trial,
                                       std::stop_token stop) {
    CampaignInfo info;
    info.nonfinite = plan.nonfinite;
    info.rates = plan.rates;
    AccuracyCurve curve;
    curve.info.clean = evaluator.clean();
    curve.trials.resize(plan.rates.size());
    std::mutex mutex;
    std::atomic<int> next{0};
    run_on_workers(threads, stop, [&](int, const std::stop_token& stopped) {
        TrialRunner runner(evaluator);
        for (int trial = next++; trial < plan.trials && !stopped.stop_requested(); trial = next++) {
            const TrialFaults faults =
                draw_trial_faults(plan.seed, std::uint64_t(trial), evaluator.network().layers(), plan.scope.layers, plan.rates.back());
            std::vector<TrialOutcome> by_rate(plan.rates.size());
            const auto keep = [&](std::size_t rate, const TrialOutcome& outcome) { by_rate[rate] = outcome; };
            if (!run_trial(runner, evaluator, faults, plan.rates, stopped, keep)) return;
            const std::lock_guard lock(mutex);
            for (std::size_t rate = 0; rate < by_rate.size(); ++rate) curve.trials[rate].emplace(trial, by_rate[rate]);
            if (on_trial) on_trial(trial, by_rate);
        }
    });
    if (stop.stop_requested()) return std::nullopt;
    return summarise(curve, info, plan.axis);
}

}  // namespace clipscope
