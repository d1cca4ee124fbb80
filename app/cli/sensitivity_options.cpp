#include "sensitivity_options.h"

#include <CLI/App.hpp>

#include "campaign/fault_rates.h"
#include "tuning_options.h"

namespace clipscope::cli {

void add_sensitivity_options(CLI::App& command, SensitivityOptions& options) {
    add_input_options(command, options.input);
    command
        .add_option(
            "--layers", options.layers,
            "Where faults may hit: each, network, or names; a comma separates curves, a plus joins layers, as in CONV-1,CONV-2+FC-1. Where "
            "asked for also batch-norm, BN-2, each-batch-norm, norm, prelu, other, everything, and of a hardened network thresholds, "
            "ACT-4, each-threshold; transient faults in computed values by activations, each-activation, ACT-1.out, outputs, each-output, "
            "CONV-2.out, alone or joined as in network+activations")
        ->type_name("LAYERS")
        ->capture_default_str();
    add_fault_options(command, options.faults);
    add_fault_counts_option(command, options.faults, "with one the mean loss is the layer's vulnerability to a single fault");
    add_precision_options(command, options.faults);
    add_nonfinite_option(command, options.nonfinite);
    add_work_options(command, options.work);
    add_memory_option(command, options.memory);
}

SensitivitySpecification sensitivity_specification(const SensitivityOptions& options) {
    check_work_options(options.work);
    check_trials(options.faults);
    SensitivitySpecification specification;
    if (options.faults.faults.empty()) {
        specification.rates = chosen_rates(options.faults.rates);
    } else {
        specification.axis = PointAxis::fault_count;
        specification.rates = parse_fault_counts(options.faults.faults);
    }
    specification.trials = options.faults.whole_trials();
    specification.precision = chosen_precision(options.faults);
    specification.seed = options.input.seed;
    specification.nonfinite = options.nonfinite;
    specification.threads = options.work.threads;
    specification.chunk = options.work.chunk;
    specification.device = options.work.device;
    if (!options.memory.empty()) specification.memory_bytes = parse_memory(options.memory);
    specification.exact = options.exact;
    specification.self_check.share = options.self_check;
    return specification;
}

}  // namespace clipscope::cli
