// A job whose results are made up by a rule, so that studies can be tried without a network: trials from several workers in any order.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "campaign/curve_campaign.h"
#include "campaign/events.h"

namespace clipscope::testing {

struct MadeUpJob {
    std::vector<std::string> layers = {"CONV-1", "FC-1+FC-2", "network"};
    std::vector<double> rates = {0, 1e-6, 1e-5, 3e-4};
    int trials = 40;
    int workers = 2;
    std::chrono::microseconds pause{0};  // a trial's duration
};

inline std::int32_t made_up(std::uint64_t curve, double rate, int trial, std::uint64_t salt) {
    std::uint64_t state = (curve + 1) * 0x9E3779B97F4A7C15u + std::uint64_t(rate * 1e9) * 0xBF58476D1CE4E5B9u +
                          std::uint64_t(trial) * 0x94D049BB133111EBu + salt;
    state ^= state >> 31;
    state *= 0xD6E8FEB86659FD93u;
    return std::int32_t((state >> 33) % 201);
}

inline CampaignStarted started_event(const MadeUpJob& job) {
    CampaignStarted started;
    started.info = {.model = "made-up.pt",
                    .data = "made up",
                    .images = 400,
                    .classes = 10,
                    .seed = 7,
                    .trials = job.trials,
                    .memory = {},
                    .rates = job.rates};
    for (const std::string& layer : job.layers)
        started.curves.push_back(
            {layer, layer == "network" ? "" : "path." + layer, 3200, Protection::none, {400, 380, 381, 399, 400, 1, 0}});
    return started;
}

inline TrialOutcome outcome_of(const MadeUpJob& job, std::size_t curve, double rate, int trial) {
    const std::uint64_t name = std::hash<std::string>()(job.layers[curve]);
    const std::int32_t correct = made_up(name, rate, trial, 1);
    return {made_up(name, rate, trial, 2) * std::int64_t(rate > 0),
            {400, correct, correct + trial % 3, 300, 300 + trial % 2, trial % 5, trial % 7}};
}

inline void run(const MadeUpJob& job, const KnownTrials& known, const EventSink& sink, const std::stop_token& stop = {}) {
    sink(started_event(job));
    std::atomic<int> next{0};
    std::mutex mutex;
    const int count = int(job.layers.size() * job.rates.size()) * job.trials;
    const auto work = [&] {
        for (int item = next++; item < count && !stop.stop_requested(); item = next++) {
            const int trial = item / int(job.layers.size() * job.rates.size());
            const std::size_t rate = std::size_t(item) / job.layers.size() % job.rates.size();
            const std::size_t curve = std::size_t(item) % job.layers.size();
            if (known && known(curve, rate, trial)) continue;
            if (job.pause.count() > 0) std::this_thread::sleep_for(job.pause);
            const TrialOutcome outcome = outcome_of(job, curve, job.rates[rate], trial);
            FaultsCounted counted{int(curve), int(rate), trial, {{"CONV-1", {}}}};
            counted.layers[0].counts.asked[30] = counted.layers[0].counts.changed[30] = outcome.faults;
            const std::lock_guard lock(mutex);
            if (outcome.faults > 0) sink(counted);
            sink(TrialFinished{int(curve), int(rate), trial, outcome});
        }
    };
    {
        std::vector<std::jthread> workers;
        for (int i = 0; i < job.workers; ++i)
            workers.emplace_back([&] {
                try {
                    work();
                } catch (const std::exception&) {
                    // As a real job's workers, it ends; the test looks at what is there.
                }
            });
    }
    sink(JobFinished{stop.stop_requested() ? JobEnd::stopped : JobEnd::done, 1.5});
}

inline AccuracyCurves uninterrupted(MadeUpJob job) {
    AccuracyCurves curves;
    job.pause = {};
    run(job, {}, [&](const Event& event) { apply(event, curves); });
    return curves;
}

}  // namespace clipscope::testing
