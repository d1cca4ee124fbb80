// Jobs that look like core's but compute nothing, for tests of everything that surrounds a job.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "campaign/curve_campaign.h"
#include "campaign/events.h"

namespace clipscope {

inline CampaignStarted fake_start(const std::vector<std::string>& layers, const std::vector<double>& rates, int trials) {
    CampaignStarted start;
    start.info.model = "fake";
    start.info.data = "fake images";
    start.info.images = 100;
    start.info.classes = 10;
    start.info.trials = trials;
    start.info.rates = rates;
    for (const std::string& layer : layers) {
        CurveInfo curve;
        curve.layer = layer;
        curve.bits = 1000;
        curve.clean.images = 100;
        curve.clean.correct = curve.clean.correct_argmax = 90;
        start.curves.push_back(curve);
    }
    return start;
}

inline TrialFinished fake_trial(int curve, int rate_index, int trial) {
    TrialFinished event{curve, rate_index, trial, {}};
    event.result.faults = rate_index;
    event.result.outcome.images = 100;
    event.result.outcome.correct = event.result.outcome.correct_argmax = 90 - 20 * rate_index - trial % 5;
    return event;
}

inline Progress fake_progress(std::int64_t done, std::int64_t total) {
    return {done, total, 1.0, "trial " + std::to_string(done)};
}

// Emits one trial a millisecond until all are done or it is stopped, as a real sensitivity job would.
inline void fake_sensitivity(const std::vector<std::string>& layers, const std::vector<double>& rates, int trials, const EventSink& sink,
                             const std::stop_token& stop, const KnownTrials& known = {}) {
    sink(fake_start(layers, rates, trials));
    const std::int64_t total = std::int64_t(layers.size() * rates.size()) * trials;
    std::int64_t done = 0;
    for (int trial = 0; trial < trials; ++trial) {
        for (int curve = 0; curve < int(layers.size()); ++curve) {
            for (int rate = 0; rate < int(rates.size()); ++rate) {
                if (stop.stop_requested()) {
                    sink(JobFinished{JobEnd::stopped, 0.5});
                    return;
                }
                if (known && known(std::size_t(curve), std::size_t(rate), trial)) continue;
                sink(fake_trial(curve, rate, trial));
                sink(fake_progress(++done, total));
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
        }
    }
    sink(JobFinished{JobEnd::done, 0.5});
}

inline const std::vector<SiteInfo>& fake_sites() {
    static const std::vector<SiteInfo> sites = {{"ACT-1", "act1", "relu", {"CONV-1"}, {}}, {"ACT-2", "act2", "relu", {"CONV-2"}, {}}};
    return sites;
}

inline TuningStarted fake_tuning_start(TuningJob job) {
    TuningStarted start;
    start.info.job = job;
    start.info.campaign.model = "fake";
    start.info.campaign.data = "fake tuning images";
    start.info.campaign.images = 50;
    start.info.model_sha256 = "fake hash";
    start.info.sites = fake_sites();
    return start;
}

inline void fake_profile(TuningJob job, const EventSink& sink) {
    sink(fake_tuning_start(job));
    for (int site = 0; site < int(fake_sites().size()); ++site) {
        auto histogram = std::make_shared<ActivationHistogram>();
        const std::vector<float> values{0.0F, 0.5F, 1.0F + float(site)};
        histogram->add(values);
        sink(ActivationsMeasured{{site, {}, 0, 0, histogram}});
        sink(SiteProfiled{site, 1.0F + float(site), 3, 0});
    }
}

inline MeasuredAuc fake_auc(double auc) {
    return {auc, 0.01, 0.9, {0.9, auc}, {auc - 0.01, auc + 0.01}};
}

// One grid for each site: T is two thirds of ACT_max. Waits before each site, as a real hardening works.
inline void fake_hardening(const EventSink& sink, const std::stop_token& stop) {
    fake_profile(TuningJob::harden, sink);
    for (int site = 0; site < int(fake_sites().size()); ++site) {
        std::this_thread::sleep_for(std::chrono::milliseconds(250));
        if (stop.stop_requested()) return sink(JobFinished{JobEnd::stopped, 0.1});
        const float act_max = 1.0F + float(site);
        sink(SearchStarted{site, fake_sites()[std::size_t(site)].fed_by.front(), act_max, {}, {1e-6, 1e-5}});
        SearchGrid grid;
        grid.number = 1;
        grid.best = 2;
        grid.kept_low = act_max / 3;
        grid.kept_high = act_max;
        grid.new_evaluations = 4;
        for (int i = 0; i < 4; ++i) {
            grid.thresholds[std::size_t(i)] = act_max * float(i) / 3;
            grid.aucs[std::size_t(i)] = i == 2 ? 0.7 : 0.2 * i;
            sink(ThresholdEvaluated{site, {1, {grid.thresholds[std::size_t(i)], fake_auc(grid.aucs[std::size_t(i)])}}});
        }
        sink(IntervalChosen{site, grid});
        sink(SiteHardened{site, {act_max, grid.thresholds[2], 0.6, 0.7, 1, 4, SearchEnd::grids_used, false, "All grids used."}});
    }
    sink(JobFinished{JobEnd::done, 0.2});
}

inline void fake_sweep(int site, const EventSink& sink) {
    fake_profile(TuningJob::sweep, sink);
    sink(SweepStarted{site, "CONV-1", 1, fake_auc(0.1), {1e-6, 1e-5}});
    for (int i = 0; i < 3; ++i) sink(SweepPointMeasured{site, {0.5F * float(i), fake_auc(0.3 * i)}});
    sink(JobFinished{JobEnd::done, 0.2});
}

}  // namespace clipscope
