// bits: accuracy when exactly one stored bit is faulty, position by position.
#include <CLI/App.hpp>
#include <memory>
#include <string>

#include "campaign/bit_positions.h"
#include "campaign/fault_scope.h"
#include "command.h"
#include "common_options.h"
#include "curves_output.h"
#include "input_warning.h"
#include "run_job.h"
#include "study_option.h"

namespace clipscope::cli {

namespace {

struct BitsOptions {
    InputOptions input;
    WorkOptions work;
    std::string layers = "each";
    int trials = 50;
    std::string memory;
    double self_check = JobSettings{}.self_check;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    std::string study;
    CurvesOutputOptions output;
};

int run_bits_in_study(const BitsOptions& options, std::stop_source& stop) {
    JobSettings settings = study_job_settings(JobKind::bits, options.input, options.work);
    settings.layers = options.layers;
    settings.trials = options.trials;
    settings.nonfinite = options.nonfinite;
    settings.self_check = options.self_check;
    CurvesOutput output("sensitivity", options.output, stop);
    return run_in_study(options.study, settings, job_run_options(options.work, options.memory), output, stop);
}

int run_bits_command(const BitsOptions& options, std::stop_source& stop) {
    check_work_options(options.work);
    check_at_least("--trials", options.trials, 1);
    BitPositionSpecification specification;
    specification.trials = options.trials;
    specification.seed = options.input.seed;
    specification.nonfinite = options.nonfinite;
    specification.self_check.share = options.self_check;
    specification.threads = options.work.threads;
    specification.chunk = options.work.chunk;
    specification.device = options.work.device;
    if (!options.study.empty()) return run_bits_in_study(options, stop);
    if (!options.memory.empty()) specification.memory_bytes = parse_memory(options.memory);
    const JobInputs inputs = open_job_inputs(options.input);
    warn_of_doubtful_input(inputs, options.work, stop.get_token());
    tell_of_reach(*inputs.network, options.layers);
    specification.scopes = parse_fault_scopes(options.layers, inputs.network->memory_parts());
    CurvesOutput output("sensitivity", options.output, stop);
    return run_job(output, [&](const EventSink& sink) { run_bit_positions(inputs, specification, sink, stop.get_token()); });
}

}  // namespace

void add_bits_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<BitsOptions>();
    CLI::App* command = app.add_subcommand("bits", "Measure accuracy when exactly one bit is faulty, position by position");
    add_input_options(*command, options->input);
    command->add_option("--layers", options->layers, "Where the bit may be: each, network, or names as for sensitivity")
        ->type_name("LAYERS")
        ->capture_default_str();
    command->add_option("--trials", options->trials, "Numbers hit at each position")->type_name("N")->capture_default_str();
    add_nonfinite_option(*command, options->nonfinite);
    add_work_options(*command, options->work);
    add_memory_option(*command, options->memory);
    add_self_check_option(*command, options->self_check);
    add_study_option(*command, options->study, options->work);
    add_result_file_options(*command, options->output);
    command->footer(
        "Ctrl-C ends the job and keeps its results so far.\n"
        "Example: clipscope-cli bits --layers each --trials 20 --format float16 --json bits.json");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_bits_command(*options, stop); }; });
}

}  // namespace clipscope::cli
