#include "campaign/precision_plan.h"

#include <algorithm>
#include <chrono>

#include "campaign/point_faults.h"
#include "evaluation/worker_threads.h"

namespace clipscope {
namespace {

// A trial with faults on all images, in the middle of the rates: of a few curves, on one worker.
double seconds_of_whole_trial(const CampaignSoFar& so_far, const std::stop_token& stop) {
    using Clock = std::chrono::steady_clock;
    constexpr std::size_t most_tried = 6;
    const CampaignSettings& settings = so_far.settings;
    const std::size_t groups = so_far.groups.size();
    double seconds = 0;
    int tried = 0;
    for (std::size_t group = 0; group < groups; group += (groups + most_tried - 1) / most_tried) {
        const CampaignCurve& curve = so_far.curves[so_far.groups[group].curves.front()];
        const double rate = settings.rates[settings.rates.size() / 2];
        run_on_workers(1, stop, [&](int, const std::stop_token& stopped) {
            TrialRunner runner(*curve.evaluator);
            const TrialFaults faults = draw_point_faults(settings.axis, settings.seed, 0, so_far.parts, curve.scope.layers, rate);
            const auto begun = Clock::now();
            if (faults.count_below(rate) == 0 || !runner.run(faults, rate, stopped)) return;
            seconds += std::chrono::duration<double>(Clock::now() - begun).count();
            ++tried;
        });
    }
    return tried > 0 ? seconds / tried : 0;
}

}  // namespace

std::int64_t predict_trials(std::vector<GroupPoint>& points) {
    std::int64_t trials = 0;
    for (GroupPoint& point : points)
        for (const std::int64_t of_stratum : point.point.predicted_trials()) trials += of_stratum;
    return trials;
}

PrecisionPlan predict(std::vector<GroupPoint>& points, const CampaignSoFar& so_far, const std::stop_token& stop) {
    PrecisionPlan plan;
    double cost_so_far = 0, cost_in_all = 0, plain_trials = 0;  // costs in images; trials with faults
    for (GroupPoint& point : points) {
        const CurveGroup& group = so_far.groups[point.group];
        const std::vector<std::int64_t> trials = point.point.predicted_trials();
        PrecisionPlan::Point of_point{.curve = {}, .rate = so_far.settings.rates[point.rate]};
        for (std::size_t stratum = 0; stratum < trials.size(); ++stratum) {
            const auto ran = std::int64_t(point.point.samples(0).trials[stratum].size());
            of_point.trials += trials[stratum];
            of_point.image_evaluations += point.point.images(stratum) * trials[stratum];
            const double cost = point.point.mean_cost(stratum) * double(group.curves.size());
            cost_in_all += cost * double(trials[stratum]);
            cost_so_far += cost * double(ran);
        }
        for (std::size_t i = 0; i < group.curves.size(); ++i) {
            of_point.curve = so_far.infos[group.curves[i]];
            of_point.plain_trials = point.point.plain_trials(i);
            plain_trials += of_point.plain_trials * (1 - point.point.design().fault_free);
            plan.points.push_back(of_point);
        }
    }
    const double seconds_an_image = cost_so_far > 0 ? so_far.seconds_of_trials / cost_so_far : 0;
    plan.seconds = so_far.seconds + std::max(cost_in_all - cost_so_far, 0.0) * seconds_an_image;
    plan.plain_seconds = plain_trials * seconds_of_whole_trial(so_far, stop) / std::max(so_far.settings.threads, 1);
    return plan;
}

}  // namespace clipscope
