// What is measured and how, for the commands about accuracy against fault rate: sensitivity, plan.
#pragma once

#include <string>

#include "campaign/sensitivity.h"
#include "common_options.h"
#include "study/job_settings.h"

namespace clipscope::cli {

struct SensitivityOptions {
    InputOptions input;
    WorkOptions work;
    FaultOptions faults;
    std::string layers = "each,network";
    std::string memory;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    bool exact = false;                            // where a command offers it
    double self_check = JobSettings{}.self_check;  // likewise
};

// The input, --layers, --rates, --trials, --precision, --at-most, --nonfinite, the work and --memory.
void add_sensitivity_options(CLI::App& command, SensitivityOptions& options);

// All but the scopes, which need the network. Throws UsageError.
SensitivitySpecification sensitivity_specification(const SensitivityOptions& options);

}  // namespace clipscope::cli
