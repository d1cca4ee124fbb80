// Jobs that look like core's but compute nothing, for tests of everything that surrounds a job.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

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
                             const std::stop_token& stop) {
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
                sink(fake_trial(curve, rate, trial));
                sink(fake_progress(++done, total));
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
        }
    }
    sink(JobFinished{JobEnd::done, 0.5});
}

}  // namespace clipscope
