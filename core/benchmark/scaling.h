// How the cost of a per-layer sensitivity job grows with the number of images, trials, layers and threads: each varied on its own.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"

namespace clipscope {

struct ScalingPoint {
    std::string factor;  // "images", "trials", "layers", "threads"
    int value = 0;
    double seconds = 0;  // of the whole job, preparation included; median over the repeats
};

// The specification's images, trials, all layers and threads, and a half and a quarter of each; the points of a factor ascend by value.
// Fewer layers are spread evenly over the network. Sends Progress. Polls `stop`: a factor's points come only when all runs are done, so
// nothing is returned where it was stopped. Throws UsageError or Error.
std::vector<ScalingPoint> run_scaling(const JobInputs& inputs, const BenchmarkSpecification& specification, const EventSink& sink,
                                      std::stop_token stop);

}  // namespace clipscope
