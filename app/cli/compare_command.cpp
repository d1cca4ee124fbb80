// compare: the unprotected network, clipped at ACT_max and clipped at tuned thresholds on the same faults. duel: any protections.
#include <CLI/App.hpp>
#include <memory>
#include <string>
#include <vector>

#include "campaign/compare.h"
#include "campaign/fault_rates.h"
#include "campaign/profile.h"
#include "campaign/suggested_rates.h"
#include "campaign/thresholds_file.h"
#include "command.h"
#include "common/error.h"
#include "common/number_text.h"
#include "curves_output.h"
#include "input_warning.h"
#include "run_job.h"
#include "study_option.h"
#include "tuning_options.h"

namespace clipscope::cli {

namespace {

struct CompareOptions {
    InputOptions input;
    TuningOptions tuning;
    WorkOptions work;
    MeasurementOptions measurement;
    std::string layers = "network";
    std::vector<std::string> thresholds;
    std::string protections;  // of a duel
    std::string study;
    CurvesOutputOptions output;

    const char* kind() const { return protections.empty() ? "compare" : "duel"; }
};

CompareSpecification specification_of(const CompareOptions& options, const TuningSettings& settings, const Network& network) {
    CompareSpecification specification;
    specification.scopes = parse_fault_scopes(options.layers, network.memory_parts(), OutputScopes::allowed);
    specification.rates = settings.rates;
    if (const std::string& faults = options.measurement.faults.faults; !faults.empty()) {
        specification.axis = PointAxis::fault_count;
        specification.rates = parse_fault_counts(faults);
    }
    specification.trials = options.measurement.faults.whole_trials();
    specification.precision = chosen_precision(options.measurement.faults);
    specification.seed = settings.seed;
    specification.nonfinite = settings.nonfinite;
    specification.threads = settings.threads;
    specification.chunk = settings.chunk;
    specification.device = settings.device;
    specification.memory_bytes = settings.memory_bytes;
    specification.exact = settings.exact;
    specification.self_check = settings.self_check;
    specification.list_faults = !options.output.faults_out.empty();
    if (!options.protections.empty()) specification.protections = protections_from_list(options.protections);
    return specification;
}

int run_compare_in_study(const CompareOptions& options, std::stop_source& stop) {
    JobSettings settings = study_job_settings(JobKind::compare, options.input, options.work);
    add_to(settings, options.tuning);
    add_to(settings, options.measurement);
    settings.layers = options.layers;
    settings.protections = options.protections;
    if (!options.thresholds.empty()) settings.thresholds = thresholds_to_json(read_thresholds(options.thresholds));
    JobRunOptions run = job_run_options(options.work, options.measurement.memory, options.measurement.faults);
    run.list_faults = !options.output.faults_out.empty();
    CurvesOutput output(options.kind(), options.output, stop, settings.auc_axis);
    return run_in_study(options.study, settings, run, output, stop);
}

int run_compare_command(const CompareOptions& options, std::stop_source& stop) {
    TuningSettings settings = tuning_settings(options.input, options.work, options.measurement);
    if (!options.study.empty()) return run_compare_in_study(options, stop);
    std::optional<ThresholdsFile> thresholds;
    if (!options.thresholds.empty()) thresholds = read_thresholds(options.thresholds);
    const OpenedInputs inputs = open_tuning_inputs(options.input, options.tuning);
    warn_of_doubtful_input(inputs.evaluation, options.work, stop.get_token());
    tell_of_reach(*inputs.evaluation.network, options.layers);
    settings.trained_on = inputs.trained_on;
    const Network& network = *inputs.evaluation.network;
    CompareSpecification specification = specification_of(options, settings, network);
    if (thresholds) {
        check_thresholds_fit(*thresholds, network, options.thresholds.front());
        specification.act_max = thresholds->act_max(network.sites());
        specification.tuned = thresholds->tuned(network.sites());
    }
    CurvesOutput output(options.kind(), options.output, stop, settings.auc_axis);
    return run_job(output, [&](const EventSink& sink) {
        if (complete_comparison(inputs.tuning, settings, specification, sink, stop.get_token()))
            run_compare(inputs.evaluation, specification, sink, stop.get_token());
        else
            sink(JobFinished{JobEnd::stopped, 0});
    });
}

void add_options(CLI::App& command, CompareOptions& options) {
    add_input_options(command, options.input);
    add_tuning_options(command, options.tuning);
    command
        .add_option("--layers", options.layers,
                    "Where faults may hit, as for sensitivity; thresholds are stored, and hit, only where the network is clipped")
        ->type_name("LAYERS")
        ->capture_default_str();
    add_fault_options(command, options.measurement.faults);
    add_precision_options(command, options.measurement.faults);
    add_nonfinite_option(command, options.measurement.nonfinite);
    add_auc_axis_option(command, options.measurement.auc_axis);
    add_memory_option(command, options.measurement.memory);
    add_exact_flag(command, options.measurement.exact);
    add_self_check_option(command, options.measurement.self_check);
    add_work_options(command, options.work);
    add_study_option(command, options.study, options.work);
    add_curves_output_options(command, options.output);
}

}  // namespace

void add_compare_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<CompareOptions>();
    CLI::App* command = app.add_subcommand("compare", "Compare the unprotected, the clipped and the tuned network on the same faults");
    add_options(*command, *options);
    add_fault_counts_option(*command, options->measurement.faults, "the three networks have the same ones");
    command->add_option("--thresholds", options->thresholds, "JSON file of the tuned thresholds (default: only ACT_max is compared)")
        ->type_name("FILE");
    command->footer(
        "Ctrl-C ends the job and keeps its results so far.\n"
        "Example: clipscope-cli compare --thresholds thresholds.json --rates paper --json compare.json");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_compare_command(*options, stop); }; });
}

void add_duel_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<CompareOptions>();
    options->protections = "none,clip,range,guard,sec-ded-39-32,guard+clip";
    CLI::App* command = app.add_subcommand("duel", "Compare protections on the same faults, with what each of them costs");
    add_options(*command, *options);
    command
        ->add_option("--protections", options->protections,
                     "The contestants, separated by commas; a plus joins what stands together, @ names the only layers or sites "
                     "(guard@FC-1/CONV-2+clip)")
        ->type_name("LIST")
        ->capture_default_str()
        ->check([](const std::string& text) {
            try {
                protections_from_list(text);
                return std::string();
            } catch (const UsageError& error) {
                return std::string(error.what());
            }
        });
    add_tuned_thresholds_option(*command, options->thresholds);
    command->footer(
        "Protections:\n" + protections_help() +
        "Bounds come from the tuning images. Faults hit check bits as well. Storage is in % of the layers' bits, operations in "
        "% of the network's multiplications for an image. Contestants have the same rates, not the same number of faults: check bits are\n"
        "memory that can fail, too, so --faults is there for compare alone.\n"
        "Ctrl-C ends the job and keeps its results so far.\n"
        "Example: clipscope-cli duel --protections none,clip,guard,sec-ded-39-32,guard+clip --json duel.json");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_compare_command(*options, stop); }; });
}

}  // namespace clipscope::cli
