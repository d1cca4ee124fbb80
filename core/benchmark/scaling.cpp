#include "benchmark/scaling.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "campaign/sensitivity.h"
#include "common/error.h"
#include "statistics/summary.h"

namespace clipscope {

namespace {

using Clock = std::chrono::steady_clock;

// How much of each a job has.
struct Sizes {
    int images = 0;
    int trials = 0;
    int layers = 0;
    int threads = 0;
};

struct Setting {
    const char* factor;
    int value;
    Sizes sizes;
};

std::vector<Setting> settings_around(const Sizes& full) {
    std::vector<Setting> settings;
    const auto vary = [&](const char* factor, int Sizes::*size) {
        int last = 0;
        for (int part : {4, 2, 1}) {
            const int value = std::max(1, full.*size / part);
            if (value == last) continue;
            settings.push_back({factor, value, full});
            settings.back().sizes.*size = last = value;
        }
    };
    vary("images", &Sizes::images);
    vary("trials", &Sizes::trials);
    vary("layers", &Sizes::layers);
    vary("threads", &Sizes::threads);
    return settings;
}

Dataset only_first(const Dataset& images, int count) {
    std::vector<std::size_t> positions(std::size_t(count), 0);
    std::iota(positions.begin(), positions.end(), 0);
    return images.subset(positions);
}

double time_job(const JobInputs& inputs, const BenchmarkSpecification& specification, const Sizes& sizes, std::stop_token stop) {
    const std::vector<LayerInfo>& layers = inputs.network->layers();
    JobInputs fewer = inputs;
    fewer.images = only_first(inputs.images, sizes.images);
    SensitivitySpecification job;
    for (int i = 0; i < sizes.layers; ++i) {
        const std::size_t layer = (2 * std::size_t(i) + 1) * layers.size() / (2 * std::size_t(sizes.layers));
        job.scopes.push_back({layers[layer].name, layers[layer].path, {layer}});
    }
    job.rates = specification.rates;
    job.trials = sizes.trials;
    job.seed = specification.seed;
    job.threads = sizes.threads;
    job.chunk = specification.chunk;
    job.device = specification.device;
    job.memory_bytes = specification.memory_bytes;
    const Clock::time_point start = Clock::now();
    run_sensitivity(
        fewer, job, [](const Event&) {}, stop);
    return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

std::vector<ScalingPoint> run_scaling(const JobInputs& inputs, const BenchmarkSpecification& specification, const EventSink& sink,
                                      std::stop_token stop) {
    if (specification.repeats < 1) throw UsageError("Choose at least 1 repeat.");
    const std::vector<Setting> settings = settings_around(
        {int(inputs.images.size()), specification.trials, int(inputs.network->layers().size()), resolve_threads(specification.threads)});
    std::vector<std::vector<double>> seconds(settings.size());
    const Clock::time_point start = Clock::now();
    const auto total = std::int64_t(settings.size()) * specification.repeats;
    std::int64_t done = 0;
    for (int repeat = 0; repeat < specification.repeats; ++repeat) {
        for (std::size_t i = 0; i < settings.size(); ++i) {
            const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
            sink(Progress{done, total, done == 0 ? -1 : elapsed / double(done) * double(total - done),
                          "scaling · " + std::to_string(settings[i].value) + " " + settings[i].factor});
            seconds[i].push_back(time_job(inputs, specification, settings[i].sizes, stop));
            if (stop.stop_requested()) return {};
            ++done;
        }
    }
    std::vector<ScalingPoint> points;
    for (std::size_t i = 0; i < settings.size(); ++i) {
        std::sort(seconds[i].begin(), seconds[i].end());
        points.push_back({settings[i].factor, settings[i].value, quantile(seconds[i], 0.5)});
    }
    return points;
}

}  // namespace clipscope
