// compare: the unprotected network, clipped at ACT_max and clipped at tuned thresholds on the same faults.
#include <CLI/App.hpp>
#include <memory>
#include <string>

#include "campaign/compare.h"
#include "campaign/profile.h"
#include "campaign/suggested_rates.h"
#include "campaign/thresholds_file.h"
#include "command.h"
#include "common/number_text.h"
#include "common/text_file.h"
#include "curves_output.h"
#include "run_job.h"
#include "tuning_options.h"

namespace clipscope::cli {

namespace {

struct CompareOptions {
    InputOptions input;
    TuningOptions tuning;
    WorkOptions work;
    MeasurementOptions measurement;
    std::string layers = "network";
    std::string thresholds;
    CurvesOutputOptions output;
};

CompareSpecification specification_of(const CompareOptions& options, const TuningSettings& settings, const Network& network) {
    CompareSpecification specification;
    specification.scopes = parse_fault_scopes(options.layers, network.layers());
    specification.rates = settings.rates;
    specification.trials = settings.trials;
    specification.seed = settings.seed;
    specification.nonfinite = settings.nonfinite;
    specification.threads = settings.threads;
    specification.chunk = settings.chunk;
    specification.device = settings.device;
    specification.memory_bytes = settings.memory_bytes;
    specification.exact = settings.exact;
    specification.list_faults = !options.output.faults_out.empty();
    return specification;
}

// ACT_max from the thresholds file, or from a profile on the tuning images; rates from probes there where none are given. False where it
// was stopped.
bool find_what_is_missing(const OpenedInputs& inputs, const TuningSettings& settings, const std::optional<ThresholdsFile>& thresholds,
                          CompareSpecification& specification, const EventSink& sink, const std::stop_token& stop) {
    std::optional<Clipping> act_max = thresholds ? thresholds->act_max(*inputs.tuning.network) : std::nullopt;
    if (!act_max) act_max = measure_act_max(inputs.tuning, settings, sink, stop);
    if (!act_max) return false;
    specification.act_max = *act_max;
    if (!specification.rates.empty()) return true;
    const EvaluatorOptions options{.chunk = settings.chunk,
                                   .device = settings.device,
                                   .memory_bytes = settings.memory_bytes,
                                   .exact = settings.exact,
                                   .clipping = *act_max};
    const auto tell = [&](double rate) { sink(Progress{0, 1, -1, "looking for fault rates · " + number_text(rate)}); };
    const auto rates = suggest_joint_rates(inputs.tuning, options, specification.scopes, settings.seed, settings.nonfinite,
                                           resolve_threads(settings.threads), tell, stop);
    if (!rates) return false;
    specification.rates = *rates;
    return true;
}

int run_compare_command(const CompareOptions& options, std::stop_source& stop) {
    TuningSettings settings = tuning_settings(options.input, options.work, options.measurement);
    std::optional<ThresholdsFile> thresholds;
    if (!options.thresholds.empty()) thresholds = thresholds_from_json(read_text_file(options.thresholds), options.thresholds);
    const OpenedInputs inputs = open_tuning_inputs(options.input, options.tuning);
    settings.trained_on = inputs.trained_on;
    const Network& network = *inputs.evaluation.network;
    CompareSpecification specification = specification_of(options, settings, network);
    if (thresholds) {
        check_thresholds_fit(*thresholds, network, options.thresholds);
        specification.tuned = thresholds->tuned(network);
    }
    CurvesOutput output("compare", options.output, stop, settings.auc_axis);
    return run_job(output, [&](const EventSink& sink) {
        if (find_what_is_missing(inputs, settings, thresholds, specification, sink, stop.get_token()))
            run_compare(inputs.evaluation, specification, sink, stop.get_token());
        else
            sink(JobFinished{JobEnd::stopped, 0});
    });
}

}  // namespace

void add_compare_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<CompareOptions>();
    CLI::App* command = app.add_subcommand("compare", "Compare the unprotected, the clipped and the tuned network on the same faults");
    add_input_options(*command, options->input);
    add_tuning_options(*command, options->tuning);
    command->add_option("--thresholds", options->thresholds, "JSON file of the tuned thresholds (default: only ACT_max is compared)")
        ->type_name("FILE");
    command->add_option("--layers", options->layers, "Where faults may hit: network, each, CONV-1,FC-2 or CONV-1+FC-2")
        ->type_name("LAYERS")
        ->capture_default_str();
    add_fault_options(*command, options->measurement.faults);
    add_nonfinite_option(*command, options->measurement.nonfinite);
    add_auc_axis_option(*command, options->measurement.auc_axis);
    add_memory_option(*command, options->measurement.memory);
    add_exact_flag(*command, options->measurement.exact);
    add_work_options(*command, options->work);
    add_curves_output_options(*command, options->output);
    command->footer(
        "Ctrl-C ends the job and keeps its results so far.\n"
        "Example: clipscope-cli compare --thresholds thresholds.json --rates paper --json compare.json");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_compare_command(*options, stop); }; });
}

}  // namespace clipscope::cli
