// sensitivity: accuracy against fault rate, layer by layer or for the whole network.
#include <CLI/App.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "campaign/suggested_rates.h"
#include "command.h"
#include "common/error.h"
#include "common/text_list.h"
#include "curves_output.h"
#include "input_warning.h"
#include "run_job.h"
#include "sensitivity_options.h"
#include "study_option.h"
#include "tuning_options.h"

namespace clipscope::cli {

namespace {

struct SensitivityCommandOptions : SensitivityOptions {
    std::string study;
    CurvesOutputOptions output;
};

// The same inputs in each of the formats; throws UsageError where one is none.
std::vector<InputOptions> in_formats(const SensitivityCommandOptions& options) {
    std::vector<InputOptions> inputs;
    std::vector<NumberFormat> seen;
    for (const std::string& format : split_list(options.input.memory.format, ',')) {
        inputs.push_back(options.input);
        inputs.back().memory.format = format;
        const NumberFormat parsed = chosen_memory(inputs.back().memory).format;
        if (std::ranges::count(seen, parsed) > 0) throw UsageError("--format names " + parsed.to_string() + " twice");
        seen.push_back(parsed);
    }
    if (inputs.size() > 1 && !options.output.faults_out.empty())
        throw UsageError("--faults-out lists the faults of one --format, not of several");
    return inputs;
}

int run_sensitivity_in_study(const SensitivityCommandOptions& options, const std::vector<InputOptions>& inputs, std::stop_source& stop) {
    if (inputs.size() > 1 && options.faults.faults.empty() && options.faults.rates.starts_with("auto"))
        throw UsageError("Formats side by side in a study need the same rates: name them with --rates, as in 1e-6:1e-3:7");
    std::vector<JobSettings> jobs;
    for (const InputOptions& input : inputs) {
        JobSettings& settings = jobs.emplace_back(study_job_settings(JobKind::sensitivity, input, options.work));
        add_to(settings, options);
    }
    JobRunOptions run = job_run_options(options.work, options.memory, options.faults);
    run.list_faults = !options.output.faults_out.empty();
    CurvesOutput output("sensitivity", options.output, stop);
    return run_in_study(options.study, jobs, run, output, stop);
}

// Formats that are compared share one grid. False where it was stopped.
bool complete_rates(const std::vector<InputOptions>& inputs, SensitivitySpecification& specification, const EventSink& sink,
                    const std::stop_token& stop) {
    if (!specification.rates.empty()) return true;
    std::vector<std::vector<double>> suggested;
    for (const InputOptions& input : inputs) {
        SensitivitySpecification of_format = specification;
        if (!complete_sensitivity(open_tuning_inputs(input, {}).tuning, of_format, sink, stop)) return false;
        suggested.push_back(of_format.rates);
    }
    specification.rates = suggested.size() == 1 ? suggested.front() : joint_grid(suggested);
    return true;
}

int run_sensitivity_command(const SensitivityCommandOptions& options, std::stop_source& stop) {
    SensitivitySpecification specification = sensitivity_specification(options);
    specification.list_faults = !options.output.faults_out.empty();
    const std::vector<InputOptions> formats = in_formats(options);
    if (!options.study.empty()) return run_sensitivity_in_study(options, formats, stop);
    JobInputs inputs = open_job_inputs(formats.front());
    warn_of_doubtful_input(inputs, options.work, stop.get_token());
    tell_of_reach(*inputs.network, options.layers);
    specification.scopes = parse_fault_scopes(options.layers, inputs.network->memory_parts(), OutputScopes::allowed);
    CurvesOutput output("sensitivity", options.output, stop);
    return run_job(output, [&](const EventSink& sink) {
        if (!complete_rates(formats, specification, sink, stop.get_token())) return sink(JobFinished{JobEnd::stopped, 0});
        for (const InputOptions& format : formats) {
            inputs.network = inputs.network->stored_in(chosen_memory(format.memory));
            run_sensitivity(inputs, specification, sink, stop.get_token());
            if (stop.stop_requested()) return;
        }
    });
}

}  // namespace

void add_sensitivity_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<SensitivityCommandOptions>();
    CLI::App* command = app.add_subcommand("sensitivity", "Measure accuracy against fault rate, layer by layer");
    add_sensitivity_options(*command, *options);
    command->get_option("--format")
        ->description(command->get_option("--format")->get_description() + "; several as in float32,int8,Q3.12 give curves side by side");
    add_exact_flag(*command, options->exact);
    add_self_check_option(*command, options->self_check);
    add_study_option(*command, options->study, options->work);
    add_curves_output_options(*command, options->output);
    command->footer(
        "Ctrl-C ends the job and keeps its results so far.\n"
        "Example: clipscope-cli sensitivity --layers each,network --rates 1e-7:1e-4:7 --trials 50 --json result.json");
    command->callback(
        [options, &runner] { runner = [options](std::stop_source& stop) { return run_sensitivity_command(*options, stop); }; });
}

}  // namespace clipscope::cli
