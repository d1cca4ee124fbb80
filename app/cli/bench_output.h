// The results of `bench` as JSON (DESIGN.md) and as tables for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "benchmark/engine_check.h"
#include "benchmark/precision_benchmark.h"
#include "benchmark/scaling.h"
#include "campaign/job_inputs.h"

namespace clipscope::cli {

// {"model", ..., "rates", "trials", "workloads":[{"name","ratio", ..., "plain":{...}, "exact":{"ratio", ...}|null}]}: the outer "ratio" is
// the default mode's.
nlohmann::ordered_json benchmark_json(const JobInputs& inputs, const BenchmarkSpecification& specification, const BenchmarkResult& result);
// {"name":"time-to-interval", "ratio" (to plain trials of the same engine), "ratio_to_plain_loop", ...}
nlohmann::ordered_json precision_json(const PrecisionMeasurement& measurement);
std::string precision_table(const JobInputs& inputs, const BenchmarkSpecification& specification,
                            const std::vector<PrecisionMeasurement>& measurements);
// {"model", ..., "scaling":[{"factor","value","seconds","relative_value","relative_seconds"}]}: relative to the factor's first point.
nlohmann::ordered_json scaling_json(const JobInputs& inputs, const BenchmarkSpecification& specification,
                                    const std::vector<ScalingPoint>& points);

// {"seed","networks","trials","images","near_ties","failed":[{"seed","network","trials_that_differ","fewest_blocks","differences":[...]}]}.
nlohmann::ordered_json engine_check_json(const EngineCheckSettings& settings, const EngineCheckResult& result);
std::string engine_check_text(const EngineCheckSettings& settings, const EngineCheckResult& result);

std::string benchmark_table(const JobInputs& inputs, const BenchmarkSpecification& specification, const BenchmarkResult& result);
std::string scaling_table(const JobInputs& inputs, const BenchmarkSpecification& specification, const std::vector<ScalingPoint>& points);

}  // namespace clipscope::cli
