// How much faster the Evaluator is than the loop everyone else runs, measured side by side: the same faults, images, chunks, threads and
// LibTorch, in one run, the two taking turns. Also counts the trials in which the two disagree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/events.h"
#include "campaign/job_inputs.h"

namespace clipscope {

enum class BenchmarkWorkload {
    sensitivity_per_layer,  // run_sensitivity() with one curve a layer
    threshold_search,     // Algorithm 1 (corrected, N = 5) at every site in turn, all others clipped at ACT_max, faults in the layers that
                          // feed it
    sensitivity_network,  // run_sensitivity() with the scope `network`
};

// "sensitivity-per-layer", "threshold-search", "sensitivity-network".
std::string to_string(BenchmarkWorkload workload);
// Names separated by commas, or "all"; each workload once, in the order written. Throws UsageError naming those there are.
std::vector<BenchmarkWorkload> parse_benchmark_workloads(const std::string& text);

struct BenchmarkSpecification {
    std::vector<BenchmarkWorkload> workloads;
    std::vector<double> rates;  // ascending, above 0: the clean point costs the plain loop a pass and ClipScope nothing
    int trials = 20;            // at every rate
    int repeats = 3;
    std::int64_t plain_trials = 0;  // the plain loop's in each repeat: every k-th of the workload's trials; 0: all of them
    bool exact = true;              // measure the exact mode as well
    std::uint64_t seed = 1;
    int threads = 0;  // workers of both; 0: all cores
    int chunk = 0;
    std::string device = "auto";
    std::size_t memory_bytes = 0;  // budget for kept activations; 0: a quarter of the free memory
};

// What one way of working cost. Wall clock.
struct BenchmarkCost {
    std::vector<double> seconds_per_trial;  // one a repeat
    std::int64_t trials = 0;                // in a repeat (the plain loop's may differ by one)
    std::size_t peak_bytes = 0;             // resident in the whole process, the most of all repeats

    double multiplications_per_trial = 0;  // of convolutions and linear layers, preparation included

    double median_seconds_per_trial() const;
};

struct EngineMeasurement {
    BenchmarkCost cost{};
    std::int64_t full_passes = 0;         // that the plain way takes; in a search one for each boundary of each grid, rate and trial
    std::vector<double> ratios;           // seconds of these : seconds of the engine for the same; one a repeat
    std::size_t kept_bytes = 0;           // of clean activations
    std::int64_t trials_compared = 0;     // with the plain loop's, over all repeats
    std::int64_t trials_that_differ = 0;  // in a count of correct (either rule), top-5 or DUE images
    std::int64_t images_that_differ = 0;  // the greatest difference among those counts, summed over these trials

    double median_ratio() const;
};

struct WorkloadMeasurement {
    BenchmarkWorkload workload{};
    std::int64_t evaluations = 0;  // curves, or thresholds evaluated by the search
    BenchmarkCost plain{};
    std::int64_t plain_stride = 1;  // the plain loop ran every so many-th trial; its cost does not depend on which
    EngineMeasurement engine{};     // in the default mode
    std::optional<EngineMeasurement> exact;
};

struct BenchmarkResult {
    std::vector<WorkloadMeasurement> workloads;  // those that ran to the end
    std::string device;                          // "cpu", "cuda:0"
    bool is_peak_per_run = true;                 // false: the system does not let the peak begin anew, so peaks are the process's
    bool is_stopped = false;
};

// Settles the device as LibTorch spells it ("cpu", "cuda:0") and the images a pass, which the plain loop must know.
void resolve_device_and_chunk(const JobInputs& inputs, BenchmarkSpecification& specification);

// Times ClipScope with all its preparation (clean pass, copies), the plain loop without loading the network and without clean passes. Sends
// Progress only. Polls `stop`; keeps the workloads that were done. Throws UsageError or Error.
BenchmarkResult run_benchmark(const JobInputs& inputs, const BenchmarkSpecification& specification, const EventSink& sink,
                              std::stop_token stop);

}  // namespace clipscope
