// sweep: AUC against the threshold of one site.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "campaign/sweep.h"
#include "command.h"
#include "input_warning.h"
#include "run_job.h"
#include "study_option.h"
#include "tuning_options.h"
#include "tuning_output.h"

namespace clipscope::cli {

namespace {

struct SweepOptions {
    InputOptions input;
    TuningOptions tuning;
    WorkOptions work;
    MeasurementOptions measurement;
    std::string site;
    std::string grid;  // empty: 0 to 1.5 ACT_max
    std::string unit = "T";
    std::string study;
    TuningOutputOptions output;
};

int run_sweep_in_study(const SweepOptions& options, std::stop_source& stop) {
    JobSettings settings = study_job_settings(JobKind::sweep, options.input, options.work);
    add_to(settings, options.tuning);
    add_to(settings, options.measurement);
    settings.site = options.site;
    if (!options.grid.empty()) {
        settings.grid = options.grid;
        settings.grid_in_act_max = options.unit == "ACT_max";
    }
    TuningOutput output(options.output);
    return run_in_study(options.study, settings, job_run_options(options.work, options.measurement.memory, options.measurement.faults),
                        output, stop);
}

int run_sweep_command(const SweepOptions& options, std::stop_source& stop) {
    SweepSpecification specification;
    specification.settings = tuning_settings(options.input, options.work, options.measurement);
    specification.place = fault_place_from_string(options.measurement.place);
    if (!options.grid.empty()) specification.grid = ThresholdGrid::parse(options.grid, options.unit == "ACT_max");
    if (!options.study.empty()) return run_sweep_in_study(options, stop);
    const OpenedInputs inputs = open_tuning_inputs(options.input, options.tuning);
    warn_of_doubtful_input(inputs.evaluation, options.work, stop.get_token());
    tell_of_reach(*inputs.evaluation.network, "network");
    specification.settings.trained_on = inputs.trained_on;
    specification.site = find_site(options.site, inputs.tuning.network->sites());
    TuningOutput output(options.output);
    return run_job(output, [&](const EventSink& sink) { run_sweep(inputs.tuning, specification, sink, stop.get_token()); });
}

}  // namespace

void add_sweep_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<SweepOptions>();
    CLI::App* command = app.add_subcommand("sweep", "Measure AUC against the threshold of one activation site");
    add_input_options(*command, options->input);
    add_tuning_options(*command, options->tuning);
    command->add_option("--site", options->site, "The site, as in ACT-4: see clipscope-cli info")->type_name("SITE")->required();
    command
        ->add_option("--grid", options->grid,
                     "Thresholds LOWEST:HIGHEST:COUNT, evenly spaced (default: 16 from 0 to 1.5 of the site's ACT_max)")
        ->type_name("A:B:N");
    command->add_option("--grid-unit", options->unit, "What A and B count: T, the activations' own values, or ACT_max of the site")
        ->transform(CLI::IsMember({"T", "ACT_max"}, CLI::ignore_case))
        ->type_name("UNIT")
        ->capture_default_str();
    add_measurement_options(*command, options->measurement);
    add_bound_option(*command, options->measurement);
    add_auc_precision_options(*command, options->measurement.faults);
    add_work_options(*command, options->work);
    add_study_option(*command, options->study, options->work);
    add_tuning_output_options(*command, options->output);
    command->footer(
        "Ctrl-C ends the job and keeps its results so far.\n"
        "Example: clipscope-cli sweep --site ACT-2 --grid 0:1.5:16 --grid-unit ACT_max --json sweep.json");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_sweep_command(*options, stop); }; });
}

}  // namespace clipscope::cli
