// The check of one network: all trials in all ways (engine_check.h).
#pragma once

#include <stop_token>

#include "benchmark/engine_check.h"
#include "campaign/job_inputs.h"

namespace clipscope {

// Fills in what the network of `checked.form` shows on these inputs. Throws what the evaluator throws.
void check_network(const JobInputs& inputs, int trials, CheckedNetwork& checked, const std::stop_token& stop);

}  // namespace clipscope
