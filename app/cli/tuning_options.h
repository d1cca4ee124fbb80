// Options of the commands that work on tuning images, and how they are opened: always images that the evaluation does not use.
#pragma once

#include <string>
#include <vector>

#include "campaign/thresholds_file.h"
#include "campaign/tuning_run.h"
#include "common_options.h"
#include "study/job_settings.h"

namespace clipscope::cli {

// --tuning-images, --tuning-split.
struct TuningOptions {
    std::string images = "200";
    std::string split;  // empty: the one that the evaluation images are not from
};
void add_tuning_options(CLI::App& command, TuningOptions& options);

struct OpenedInputs {
    JobInputs evaluation;
    JobInputs tuning;  // the same network, other images
    TrainedOn trained_on = TrainedOn::no;
};
// Throws UsageError, Error; also where no image is left for tuning.
OpenedInputs open_tuning_inputs(const InputOptions& input, const TuningOptions& options);

// --rates, --trials, --nonfinite, --auc-axis, --scope, --memory, --exact, --self-check.
struct MeasurementOptions {
    FaultOptions faults{.rates = "auto", .trials = 50};
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    std::string auc_axis = "linear";
    std::string place = "feeding";
    std::string memory;
    bool exact = false;
    double self_check = JobSettings{}.self_check;
    std::string protection = "clip";  // whose bounds are searched or swept
};
void add_measurement_options(CLI::App& command, MeasurementOptions& options);
// --precision and --at-most of a job that measures AUCs, after the options above.
void add_auc_precision_options(CLI::App& command, FaultOptions& options);

// --protection of a search or a sweep.
void add_bound_option(CLI::App& command, MeasurementOptions& options);

// --thresholds, of files for -tuned protections; and what is in them together. Throws UsageError, Error.
void add_tuned_thresholds_option(CLI::App& command, std::vector<std::string>& files);
ThresholdsFile read_thresholds(const std::vector<std::string>& files);

// Checks them all before a file is read. Throws UsageError.
TuningSettings tuning_settings(const InputOptions& input, const WorkOptions& work, const MeasurementOptions& options);

// Nothing for "auto".
std::vector<double> chosen_rates(const std::string& rates);

}  // namespace clipscope::cli
