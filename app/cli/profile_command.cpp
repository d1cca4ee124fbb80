// profile: what the activation sites put out, clean and under faults.
#include <CLI/App.hpp>
#include <memory>
#include <string>

#include "campaign/fault_rates.h"
#include "campaign/profile.h"
#include "command.h"
#include "common/error.h"
#include "input_warning.h"
#include "run_job.h"
#include "study_option.h"
#include "tuning_options.h"
#include "tuning_output.h"

namespace clipscope::cli {

namespace {

struct ProfileOptions {
    InputOptions input;
    TuningOptions tuning;
    WorkOptions work;
    std::string layers;
    std::string rates;
    int trials = 1;
    std::string study;
    TuningOutputOptions output;
};

int run_profile_in_study(const ProfileOptions& options, const MeasurementOptions& measurement, std::stop_source& stop) {
    JobSettings settings = study_job_settings(JobKind::profile, options.input, options.work);
    add_to(settings, options.tuning);
    add_to(settings, measurement);
    settings.layers = options.layers;
    if (!options.rates.empty()) settings.rates = options.rates;
    TuningOutput output(options.output);
    return run_in_study(options.study, settings, job_run_options(options.work, {}), output, stop);
}

int run_profile_command(const ProfileOptions& options, std::stop_source& stop) {
    if (options.layers.empty() != options.rates.empty())
        throw UsageError("Faults need both --layers and --rates; without them the clean network is profiled");
    MeasurementOptions measurement;
    measurement.faults.trials = options.trials;
    ProfileSpecification specification;
    specification.settings = tuning_settings(options.input, options.work, measurement);
    if (!options.rates.empty()) specification.settings.rates = parse_rates(options.rates);
    if (!options.study.empty()) return run_profile_in_study(options, measurement, stop);
    const OpenedInputs inputs = open_tuning_inputs(options.input, options.tuning);
    warn_of_doubtful_input(inputs.evaluation, options.work, stop.get_token());
    if (!options.layers.empty()) tell_of_reach(*inputs.evaluation.network, options.layers);
    specification.settings.trained_on = inputs.trained_on;
    if (!options.layers.empty()) specification.scopes = parse_fault_scopes(options.layers, inputs.tuning.network->memory_parts());
    TuningOutput output(options.output);
    return run_job(output, [&](const EventSink& sink) { run_profile(inputs.tuning, specification, sink, stop.get_token()); });
}

}  // namespace

void add_profile_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<ProfileOptions>();
    CLI::App* command = app.add_subcommand("profile", "Find ACT_max and histograms of every activation site, clean and under faults");
    add_input_options(*command, options->input);
    add_tuning_options(*command, options->tuning);
    command->add_option("--layers", options->layers, "Where faults may hit: each, network, CONV-1,FC-2 or CONV-1+FC-2 (default: no faults)")
        ->type_name("LAYERS");
    command->add_option("--rates", options->rates, "Fault rates per bit, as in 1e-6,1e-5")->type_name("RATES");
    command->add_option("--trials", options->trials, "Faulty networks in each histogram")->type_name("N")->capture_default_str();
    add_work_options(*command, options->work);
    add_study_option(*command, options->study, options->work);
    add_tuning_output_options(*command, options->output);
    command->footer("Example: clipscope-cli profile --layers CONV-1 --rates 1e-5,1e-4 --json profile.json");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_profile_command(*options, stop); }; });
}

}  // namespace clipscope::cli
