#include "benchmark/benchmark.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <numeric>

#include "benchmark/benchmark_workloads.h"
#include "common/error.h"
#include "common/peak_memory.h"
#include "common/text_list.h"
#include "evaluation/evaluator.h"
#include "evaluation/operation_count.h"
#include "evaluation/plain_loop.h"
#include "evaluation/worker_threads.h"
#include "statistics/summary.h"

namespace clipscope {

namespace {

using Clock = std::chrono::steady_clock;

constexpr BenchmarkWorkload all_workloads[] = {BenchmarkWorkload::sensitivity_per_layer, BenchmarkWorkload::threshold_search,
                                               BenchmarkWorkload::sensitivity_network};

void check(const BenchmarkSpecification& specification) {
    const std::vector<double>& rates = specification.rates;
    if (specification.workloads.empty()) throw UsageError("Choose at least one workload to measure.");
    if (rates.empty()) throw UsageError("Choose at least one fault rate above 0.");
    if (!(rates.front() > 0 && rates.back() <= 1) || std::adjacent_find(rates.begin(), rates.end(), std::greater_equal<>()) != rates.end())
        throw UsageError("The benchmark's fault rates must be above 0, at most 1, and ascend.");
    if (specification.trials < 1) throw UsageError("Choose at least 1 trial.");
    if (specification.repeats < 1) throw UsageError("Choose at least 1 repeat.");
    if (specification.plain_trials < 0) throw UsageError("The plain loop cannot run fewer than 0 trials.");
}

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// Greatest difference among the counts that both ways yield.
std::int64_t images_apart(const Outcome& a, const Outcome& b) {
    return std::max({std::abs(a.correct - b.correct), std::abs(a.correct_argmax - b.correct_argmax), std::abs(a.top5 - b.top5),
                     std::abs(a.top5_argmax - b.top5_argmax), std::abs(a.due - b.due)});
}

// One workload, its repeats and what they gave.
class WorkloadRun {
public:
    WorkloadRun(const JobInputs& inputs, const BenchmarkSpecification& specification, BenchmarkWorkload name, const std::string& device,
                const BenchmarkedWorkload& workload, bool& is_peak_per_run)
        : inputs_(inputs), specification_(specification), device_(device), workload_(workload), is_peak_per_run_(is_peak_per_run) {
        measured_.workload = name;
        if (specification.exact) measured_.exact.emplace();
    }

    // Nothing where it was stopped. `announce` is told before each run.
    std::optional<WorkloadMeasurement> run(const std::function<void(int repeat, const char* who)>& announce, std::stop_token stop) {
        const Preparation prepared = workload_.prepare(false, stop);
        measured_.engine.kept_bytes = prepared.kept_bytes;
        measured_.plain.multiplications_per_trial = double(prepared.multiplications_per_image) * double(inputs_.images.size());
        if (measured_.exact) measured_.exact->kept_bytes = workload_.prepare(true, stop).kept_bytes;
        for (int repeat = 0; repeat < specification_.repeats; ++repeat) {
            announce(repeat, "ClipScope");
            const auto engine = run_engine(false, measured_.engine, stop);
            if (!engine) return std::nullopt;
            announce(repeat, "plain loop");
            const auto plain = run_plain(*engine, repeat, stop);
            if (!plain) return std::nullopt;
            compare(*engine, *plain, measured_.engine);
            if (!measured_.exact) continue;
            announce(repeat, "ClipScope, exact");
            const auto exact = run_engine(true, *measured_.exact, stop);
            if (!exact) return std::nullopt;
            compare(*exact, *plain, *measured_.exact);
        }
        return measured_;
    }

private:
    using Outcomes = std::map<TrialKey, Outcome>;

    std::optional<Outcomes> run_engine(bool exact, EngineMeasurement& measurement, std::stop_token stop) {
        is_peak_per_run_ &= reset_peak_memory();
        const std::uint64_t multiplications = multiplications_so_far();
        const Clock::time_point start = Clock::now();
        std::optional<EngineRun> run = workload_.run(exact, stop);
        if (!run) return std::nullopt;
        const auto trials = double(run->outcomes.size());
        measurement.cost.trials = std::int64_t(run->outcomes.size());
        measurement.cost.seconds_per_trial.push_back(seconds_since(start) / trials);
        measurement.cost.multiplications_per_trial = double(multiplications_so_far() - multiplications) / trials;
        measurement.full_passes = run->full_passes;
        measurement.cost.peak_bytes = std::max(measurement.cost.peak_bytes, peak_memory_bytes());
        if (!exact) measured_.evaluations = run->evaluations;
        return std::move(run->outcomes);
    }

    // A stride that shares no factor with the numbers of rates and trials meets them all equally often.
    std::vector<TrialKey> choose_plain_trials(const Outcomes& trials, int repeat) {
        const auto total = std::int64_t(trials.size());
        std::int64_t stride = 1;
        if (specification_.plain_trials > 0 && specification_.plain_trials < total) {
            const std::int64_t round = std::int64_t(specification_.rates.size()) * specification_.trials;
            stride = (total + specification_.plain_trials - 1) / specification_.plain_trials;
            while (std::gcd(stride, round) != 1) ++stride;
            stride = std::min(stride, total);
        }
        measured_.plain_stride = stride;
        std::vector<TrialKey> chosen;
        std::int64_t position = 0;
        for (const auto& [key, outcome] : trials)
            if (position++ % stride == repeat % stride) chosen.push_back(key);
        return chosen;
    }

    std::optional<Outcomes> run_plain(const Outcomes& trials, int repeat, std::stop_token stop) {
        const std::vector<TrialKey> chosen = choose_plain_trials(trials, repeat);
        is_peak_per_run_ &= reset_peak_memory();
        PlainLoop loop(inputs_.network, inputs_.images, inputs_.input, specification_.chunk, device_, specification_.threads);
        std::vector<Outcome> outcomes(chosen.size());
        std::atomic<std::size_t> next{0};
        const Clock::time_point start = Clock::now();
        run_on_workers(specification_.threads, stop, [&](int worker, const std::stop_token& stopped) {
            for (std::size_t i = next++; i < chosen.size() && !stopped.stop_requested(); i = next++) {
                const TrialKey& key = chosen[i];
                const TrialFaults faults = draw_trial_faults(specification_.seed, std::uint64_t(key.trial), inputs_.network->memory_parts(),
                                                             workload_.fault_layers(key.place), specification_.rates.back());
                const std::optional<Outcome> outcome =
                    loop.run(worker, faults, specification_.rates[std::size_t(key.rate)], workload_.clipping(key), stopped);
                if (!outcome) return;
                outcomes[i] = *outcome;
            }
        });
        if (stop.stop_requested()) return std::nullopt;
        BenchmarkCost& cost = measured_.plain;
        cost.trials = std::int64_t(chosen.size());
        cost.seconds_per_trial.push_back(seconds_since(start) / double(chosen.size()));
        cost.peak_bytes = std::max(cost.peak_bytes, peak_memory_bytes());
        if (!loop.parameters_are_clean())
            throw Error("The plain loop did not restore every parameter: this is a defect, please report it.");
        Outcomes by_key;
        for (std::size_t i = 0; i < chosen.size(); ++i) by_key[chosen[i]] = outcomes[i];
        return by_key;
    }

    void compare(const Outcomes& engine, const Outcomes& plain, EngineMeasurement& measurement) const {
        measurement.ratios.push_back(measured_.plain.seconds_per_trial.back() * double(measurement.full_passes) /
                                     (measurement.cost.seconds_per_trial.back() * double(measurement.cost.trials)));
        for (const auto& [key, outcome] : plain) {
            const auto found = engine.find(key);
            // Where a near-tie falls the other way, the two modes may search at different thresholds.
            if (found == engine.end()) continue;
            const std::int64_t images = images_apart(found->second, outcome);
            ++measurement.trials_compared;
            measurement.trials_that_differ += images > 0;
            measurement.images_that_differ += images;
        }
    }

    const JobInputs& inputs_;
    const BenchmarkSpecification& specification_;
    const std::string& device_;
    const BenchmarkedWorkload& workload_;
    bool& is_peak_per_run_;
    WorkloadMeasurement measured_;
};

std::unique_ptr<BenchmarkedWorkload> make_workload(BenchmarkWorkload name, const JobInputs& inputs,
                                                   const BenchmarkSpecification& specification, std::stop_token stop) {
    if (name == BenchmarkWorkload::sensitivity_per_layer) return make_sensitivity_workload(inputs, specification, "each");
    if (name == BenchmarkWorkload::sensitivity_network) return make_sensitivity_workload(inputs, specification, "network");
    return make_threshold_search_workload(inputs, specification, stop);
}

}  // namespace

void resolve_device_and_chunk(const JobInputs& inputs, BenchmarkSpecification& specification) {
    const std::size_t first[] = {0};
    const Evaluator evaluator(inputs.network, inputs.images.subset(first), inputs.input,
                              {.chunk = specification.chunk, .device = specification.device});
    specification.device = evaluator.device_name() == "CPU" ? "cpu" : evaluator.device_name();
    specification.chunk = int(evaluator.chunk());
}

double BenchmarkCost::median_seconds_per_trial() const {
    return median(seconds_per_trial);
}
double EngineMeasurement::median_ratio() const {
    return median(ratios);
}

std::string to_string(BenchmarkWorkload workload) {
    switch (workload) {
        case BenchmarkWorkload::sensitivity_per_layer:
            return "sensitivity-per-layer";
        case BenchmarkWorkload::threshold_search:
            return "threshold-search";
        case BenchmarkWorkload::sensitivity_network:
            break;
    }
    return "sensitivity-network";
}

std::vector<BenchmarkWorkload> parse_benchmark_workloads(const std::string& text) {
    std::vector<BenchmarkWorkload> workloads;
    for (const std::string& name : split_list(text, ',')) {
        bool is_known = false;
        for (BenchmarkWorkload workload : all_workloads) {
            if (name != "all" && name != to_string(workload)) continue;
            is_known = true;
            if (std::find(workloads.begin(), workloads.end(), workload) == workloads.end()) workloads.push_back(workload);
        }
        if (!is_known)
            throw UsageError("There is no workload '" + name +
                             "': choose all, sensitivity-per-layer, threshold-search or sensitivity-network.");
    }
    return workloads;
}

BenchmarkResult run_benchmark(const JobInputs& inputs, const BenchmarkSpecification& asked, const EventSink& sink, std::stop_token stop) {
    check(asked);
    BenchmarkResult result;
    BenchmarkSpecification specification = asked;
    specification.threads = resolve_threads(asked.threads);
    resolve_device_and_chunk(inputs, specification);
    result.device = specification.device;
    const Clock::time_point start = Clock::now();
    const std::int64_t runs_a_repeat = specification.exact ? 3 : 2;
    const std::int64_t total = std::int64_t(specification.workloads.size()) * specification.repeats * runs_a_repeat;
    std::int64_t done = 0;
    for (BenchmarkWorkload name : specification.workloads) {
        const std::unique_ptr<BenchmarkedWorkload> workload = make_workload(name, inputs, specification, stop);
        WorkloadRun run(inputs, specification, name, result.device, *workload, result.is_peak_per_run);
        const auto announce = [&](int repeat, const char* who) {
            const double seconds_left = done == 0 ? -1 : seconds_since(start) / double(done) * double(total - done);
            const std::string count = std::to_string(repeat + 1) + " of " + std::to_string(specification.repeats);
            sink(Progress{done++, total, seconds_left, to_string(name) + " · repeat " + count + " · " + who});
        };
        const std::optional<WorkloadMeasurement> measured = run.run(announce, stop);
        if (!measured) {
            result.is_stopped = true;
            break;
        }
        result.workloads.push_back(*measured);
    }
    return result;
}

}  // namespace clipscope
