#include "benchmark/precision_benchmark.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>

#include "benchmark/benchmark_workloads.h"
#include "campaign/sampled_tally.h"
#include "campaign/sensitivity.h"
#include "evaluation/plain_loop.h"
#include "evaluation/worker_threads.h"
#include "statistics/summary.h"

namespace clipscope {
namespace {

double seconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median_of(const std::vector<PrecisionRepeat>& repeats, double (PrecisionRepeat::*ratio)() const) {
    std::vector<double> ratios;
    for (const PrecisionRepeat& repeat : repeats) ratios.push_back((repeat.*ratio)());
    return median(ratios);
}

constexpr const char* of_network = "time-to-interval";
constexpr const char* per_layer = "time-to-interval-per-layer";

std::string scopes_of(const std::string& workload) {
    return workload == per_layer ? "each" : "network";
}

// Of all images through the whole network, with the threads of the others side by side.
double seconds_a_pass(const JobInputs& inputs, const BenchmarkSpecification& specification, const std::stop_token& stop) {
    PlainLoop loop(inputs.network, inputs.images, inputs.input, specification.chunk, specification.device, specification.threads);
    const int passes = std::max(2, specification.threads * 2);
    std::atomic<int> next{0};
    const double seconds = seconds_of([&] {
        run_on_workers(specification.threads, stop, [&](int worker, const std::stop_token& stopped) {
            while (next++ < passes && !stopped.stop_requested()) loop.run(worker, {}, 0, {}, stopped);
        });
    });
    return seconds / passes;
}

double seconds_of_job(const JobInputs& inputs, const SensitivitySpecification& job, const EventSink& sink, std::stop_token stop) {
    return seconds_of([&] { run_sensitivity(inputs, job, sink, stop); });
}

// What the precise trials took, and by rate how many plain trials the same intervals would have needed, of all curves.
std::vector<double> count_trials(const AccuracyCurves& curves, const std::vector<double>& rates, PrecisionMeasurement& measurement) {
    std::vector<double> plain_trials(rates.size(), 0);
    measurement.trials = measurement.image_evaluations = 0;
    measurement.plain_trials = 0;
    for (const AccuracyCurve& curve : curves.curves)
        for (const CurvePoint& point : curve_points(curve, curves.info)) {
            measurement.trials += point.trials;
            measurement.image_evaluations += point.sampled->image_evaluations;
            const auto rate = std::size_t(std::find(rates.begin(), rates.end(), point.rate) - rates.begin());
            const double trials = tally_of(curve.sampled[rate], curve.info, curves.info.nonfinite).plain_trials(measurement.half_width);
            plain_trials[rate] += trials;
            measurement.plain_trials += trials;
        }
    return plain_trials;
}

}  // namespace

bool is_precision_workload(const std::string& name) {
    return name == of_network || name == per_layer;
}

double PrecisionMeasurement::median_ratio_to_trials() const {
    return median_of(repeats, &PrecisionRepeat::ratio_to_trials);
}
double PrecisionMeasurement::median_ratio_to_loop() const {
    return median_of(repeats, &PrecisionRepeat::ratio_to_loop);
}

std::optional<PrecisionMeasurement> run_precision_benchmark(const JobInputs& inputs, const BenchmarkSpecification& asked,
                                                            const std::string& workload, double half_width, const EventSink& sink,
                                                            std::stop_token stop) {
    BenchmarkSpecification specification = asked;
    specification.threads = resolve_threads(asked.threads);
    resolve_device_and_chunk(inputs, specification);
    const SensitivitySpecification job =
        measured_job(parse_fault_scopes(scopes_of(workload), inputs.network->memory_parts()), specification);
    PrecisionMeasurement measurement{.workload = workload, .device = specification.device, .half_width = half_width};
    const std::int64_t steps_a_repeat = 2 + std::int64_t(job.rates.size());
    std::int64_t done = 0;
    const auto tell = [&](const std::string& what) {
        sink(Progress{done++, specification.repeats * steps_a_repeat, -1, workload + " · " + what});
    };
    for (int repeat = 0; repeat < specification.repeats; ++repeat) {
        PrecisionRepeat one;
        AccuracyCurves curves;
        tell("precise trials");
        SensitivitySpecification precise = job;
        precise.trials = 0;
        precise.precision = PrecisionSettings{.half_width = half_width};
        one.seconds = seconds_of_job(
            inputs, precise, [&](const Event& event) { apply(event, curves); }, stop);
        if (stop.stop_requested()) return std::nullopt;
        const std::vector<double> plain_trials = count_trials(curves, job.rates, measurement);
        // One rate after the other, so that what each costs is known; preparation counts once.
        SensitivitySpecification first = job;
        first.trials = 1;
        first.rates = {job.rates.front()};
        const auto ignore = [](const Event&) {};
        const double preparation = seconds_of_job(inputs, first, ignore, stop);
        one.plain_trials_seconds = preparation;
        for (std::size_t rate = 0; rate < job.rates.size(); ++rate) {
            tell("plain trials");
            SensitivitySpecification plain = job;
            plain.trials = specification.trials;
            plain.rates = {job.rates[rate]};
            const double seconds = seconds_of_job(inputs, plain, ignore, stop);
            if (stop.stop_requested()) return std::nullopt;
            const double a_trial = std::max(seconds - preparation, 0.0) / (double(specification.trials) * double(job.scopes.size()));
            one.plain_trials_seconds += a_trial * plain_trials[rate];
        }
        tell("plain loop");
        one.plain_loop_seconds = seconds_a_pass(inputs, specification, stop) * measurement.plain_trials;
        if (stop.stop_requested()) return std::nullopt;
        measurement.repeats.push_back(one);
    }
    return measurement;
}

}  // namespace clipscope
