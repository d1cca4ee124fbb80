// The benchmark's workloads as ClipScope runs them, and what the plain loop needs to run the same trials.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "benchmark/benchmark.h"
#include "campaign/job_inputs.h"
#include "campaign/sensitivity.h"
#include "clipping/clipping.h"
#include "evaluation/outcome.h"

namespace clipscope {

// The sensitivity job that a benchmark measures, with all but its number of trials.
SensitivitySpecification measured_job(const std::vector<FaultScope>& scopes, const BenchmarkSpecification& specification);

// A trial of a workload. Sorted by it, trials of the same clipping lie side by side.
struct TrialKey {
    std::size_t place = 0;  // the curve, or the site
    float threshold = -1;   // at the site; -1 where nothing is clipped
    int trial = 0;
    int rate = 0;  // index

    friend auto operator<=>(const TrialKey&, const TrialKey&) = default;
};

struct EngineRun {
    std::map<TrialKey, Outcome> outcomes;
    std::int64_t evaluations = 0;
    std::int64_t full_passes = 0;  // over all images, that the plain way takes: one for each trial, in a search for each boundary of a grid
};

struct Preparation {
    std::size_t kept_bytes = 0;                   // of clean activations
    std::uint64_t multiplications_per_image = 0;  // of a full pass
};

class BenchmarkedWorkload {
public:
    virtual ~BenchmarkedWorkload() = default;

    // The whole workload, preparation included. Nothing where it was stopped.
    virtual std::optional<EngineRun> run(bool exact, std::stop_token stop) const = 0;
    // What an evaluator says once it is prepared; zeros where that was stopped.
    virtual Preparation prepare(bool exact, std::stop_token stop) const = 0;
    virtual const std::vector<std::size_t>& fault_layers(std::size_t place) const = 0;
    virtual Clipping clipping(const TrialKey& key) const = 0;
};

// Both keep references to `inputs` and `specification`. `threads` and `device` there are settled already.
std::unique_ptr<BenchmarkedWorkload> make_sensitivity_workload(const JobInputs& inputs, const BenchmarkSpecification& specification,
                                                               const std::string& scopes);
// Measures every site's ACT_max on the images, outside the timing. Throws UsageError where no site can be clipped.
std::unique_ptr<BenchmarkedWorkload> make_threshold_search_workload(const JobInputs& inputs, const BenchmarkSpecification& specification,
                                                                    std::stop_token stop);

}  // namespace clipscope
