// The time to a wanted interval: precise trials against plain ones of the same engine, and against the loop everyone else runs.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "campaign/events.h"
#include "campaign/job_inputs.h"

namespace clipscope {

// Of one repeat. Wall clock; what a precise job takes is measured with all its preparation. What plain trials would take is extrapolated:
// their number follows from the variance that was found, the time of one is measured at every rate.
struct PrecisionRepeat {
    double seconds = 0;
    double plain_trials_seconds = 0;  // of the engine, preparation included
    double plain_loop_seconds = 0;    // of full passes; loading and clean passes left out

    double ratio_to_trials() const { return plain_trials_seconds / seconds; }
    double ratio_to_loop() const { return plain_loop_seconds / seconds; }
};

struct PrecisionMeasurement {
    std::string workload;   // see is_precision_workload()
    std::string device;     // "cpu", "cuda:0"
    double half_width = 0;  // asked for at every rate
    std::int64_t trials = 0;
    std::int64_t image_evaluations = 0;
    double plain_trials = 0;  // that the same intervals would need
    std::vector<PrecisionRepeat> repeats{};

    double median_ratio_to_trials() const;
    double median_ratio_to_loop() const;
};

// "time-to-interval" (faults in the network), "time-to-interval-per-layer".
bool is_precision_workload(const std::string& name);

// Sends Progress. Nothing where it was stopped.
std::optional<PrecisionMeasurement> run_precision_benchmark(const JobInputs& inputs, const BenchmarkSpecification& specification,
                                                            const std::string& workload, double half_width, const EventSink& sink,
                                                            std::stop_token stop);

}  // namespace clipscope
