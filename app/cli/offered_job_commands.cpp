// Commands for the kinds of jobs that have none of their own: all that they take and say is in the definition of the kind.
#include <CLI/App.hpp>
#include <map>
#include <memory>
#include <string>

#include "command.h"
#include "common/scratch_folder.h"
#include "common_options.h"
#include "curves_output.h"
#include "run_job.h"
#include "sensitivity_options.h"
#include "study_option.h"

namespace clipscope::cli {

namespace {

struct OfferedJobOptions : SensitivityOptions {
    explicit OfferedJobOptions(JobKind of) : kind(of) {}

    JobKind kind;
    std::map<std::string, std::string> own;
    std::string study;
    CurvesOutputOptions output;
};

JobSettings settings_of(const OfferedJobOptions& options) {
    JobSettings settings = study_job_settings(options.kind, options.input, options.work);
    add_to(settings, options);
    settings.own = options.own;
    complete_own_settings(settings);
    return settings;
}

int run_offered_job(const OfferedJobOptions& options, std::stop_source& stop) {
    const JobSettings settings = settings_of(options);
    JobRunOptions run = job_run_options(options.work, options.memory, options.faults);
    run.list_faults = !options.output.faults_out.empty();
    CurvesOutput output("sensitivity", options.output, stop);
    if (!options.study.empty()) return run_in_study(options.study, settings, run, output, stop);
    const ScratchFolder folder;
    return run_in_study(folder.file("job.clipscope"), settings, run, output, stop);
}

// Rates or numbers of faults, as the points of its curves are.
void add_points(CLI::App& command, OfferedJobOptions& options) {
    add_fault_options(command, options.faults);
    if (!options.kind->draw) add_precision_options(command, options.faults);
    if (options.kind->axis == PointAxis::fault_count) {
        options.faults.rates = JobSettings{}.rates;
        options.faults.faults = "1,2,4,8";
        command.remove_option(command.get_option("--rates"));
        command.add_option("--faults", options.faults.faults, "How many " + std::string(options.kind->offer.against) + ", as in 1,2,4,8")
            ->type_name("N,...")
            ->capture_default_str();
    } else if (options.kind->takes_fault_counts) {
        add_fault_counts_option(command, options.faults, "as for sensitivity");
    }
}

void add_own_settings(CLI::App& command, OfferedJobOptions& options) {
    for (const OwnSetting& own : options.kind->own_settings) {
        std::string& value = options.own[std::string(own.name)] = own.usual;
        command.add_option("--" + std::string(own.name), value, std::string(own.help))->type_name("VALUE")->capture_default_str();
    }
}

void add_command(CLI::App& app, CommandRunner& runner, JobKind kind) {
    auto options = std::make_shared<OfferedJobOptions>(kind);
    CLI::App* command = app.add_subcommand(std::string(kind->id), std::string(kind->offer.about));
    add_input_options(*command, options->input);
    command->add_option("--layers", options->layers, "Where faults may hit: each, network, or names as for sensitivity")
        ->type_name("LAYERS")
        ->capture_default_str();
    add_points(*command, *options);
    add_own_settings(*command, *options);
    add_nonfinite_option(*command, options->nonfinite);
    add_work_options(*command, options->work);
    add_memory_option(*command, options->memory);
    add_exact_flag(*command, options->exact);
    add_self_check_option(*command, options->self_check);
    add_study_option(*command, options->study, options->work);
    add_curves_output_options(*command, options->output);
    command->footer("Ctrl-C ends the job and keeps its results so far.\nExample: clipscope-cli " + std::string(kind->offer.example));
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_offered_job(*options, stop); }; });
}

}  // namespace

void add_offered_job_commands(CLI::App& app, CommandRunner& runner) {
    for (const JobKind& kind : job_kinds())
        if (!kind->offer.about.empty()) add_command(app, runner, kind);
}

}  // namespace clipscope::cli
