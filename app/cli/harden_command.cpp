// harden: finds a threshold for every activation site and writes the hardened network.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "campaign/harden.h"
#include "campaign/thresholds_file.h"
#include "campaign/tuned_network.h"
#include "command.h"
#include "common/c_text.h"
#include "common/error.h"
#include "common/text_file.h"
#include "input_warning.h"
#include "output_files.h"
#include "process_team.h"
#include "results/thresholds_header.h"
#include "run_job.h"
#include "study_option.h"
#include "tuning_options.h"
#include "tuning_output.h"

namespace clipscope::cli {

namespace {

struct HardenOptions {
    InputOptions input;
    TuningOptions tuning;
    WorkOptions work;
    MeasurementOptions measurement;
    ThresholdSearchSettings search;
    std::string algorithm = "corrected";
    bool greedy = false;
    std::string thresholds;  // of an earlier search or written by hand: nothing is searched
    std::string output;
    std::string thresholds_output;
    std::string study;
    TuningOutputOptions results;
};

// As the C header of this network, whose sites they must be.
void write_header(const std::string& path, const ThresholdsFile& thresholds, const JobInputs& inputs) {
    TuningResult origin;
    origin.info.campaign.model = inputs.model_name;
    origin.info.model_sha256 = inputs.network->sha256();
    origin.info.sites = inputs.network->sites();
    write_file(path, thresholds_to_c_header(thresholds, origin));
}

// Thresholds from a file become a hardened network, a C header or both.
int apply_thresholds(const HardenOptions& options, std::stop_source& stop) {
    if (process_team().team) throw UsageError("With --thresholds nothing is searched that processes could share: leave mpirun out");
    if (!options.thresholds_output.empty() && !is_c_header(options.thresholds_output))
        throw UsageError("--thresholds takes thresholds as they are: there are none to write, but as a C header (a name that ends in .h)");
    if (options.output.empty() && options.thresholds_output.empty())
        throw UsageError("Name the hardened network's file with --output, or a C header with --thresholds-output");
    const TuningSettings settings = tuning_settings(options.input, options.work, options.measurement);
    const ThresholdsFile thresholds = thresholds_from_json(read_text_file(options.thresholds), options.thresholds);
    const JobInputs inputs = open_tuning_inputs(options.input, options.tuning).tuning;
    check_thresholds_fit(thresholds, *inputs.network, options.thresholds);
    thresholds.tuned(inputs.network->sites());  // throws where a site is not the network's
    if (!options.thresholds_output.empty()) write_header(options.thresholds_output, thresholds, inputs);
    if (options.output.empty()) return exit_done;
    const auto file = write_tuned_network(
        inputs, thresholds, settings, options.output, [](const Event&) {}, stop.get_token());
    if (!file) {
        std::fputs("clipscope-cli: Interrupted before the hardened network was verified; nothing was written.\n", stderr);
        return exit_interrupted;
    }
    print("The hardened network is in '" + file->path + "'; opened again, it gives the same logits on all " +
          std::to_string(file->images_compared) + " images.\n");
    return exit_done;
}

int search(const HardenOptions& options, HardenSpecification specification, TuningOutput& output, std::stop_source& stop) {
    const OpenedInputs inputs = open_tuning_inputs(options.input, options.tuning);
    warn_of_doubtful_input(inputs.evaluation, options.work, stop.get_token());
    tell_of_reach(*inputs.evaluation.network, "network");
    specification.settings.trained_on = inputs.trained_on;
    return run_job(output, [&](const EventSink& sink) { run_harden(inputs.tuning, specification, sink, stop.get_token()); });
}

int search_in_study(const HardenOptions& options, const HardenSpecification& specification, TuningOutput& output, std::stop_source& stop) {
    if (!options.work.slice.empty() && !options.thresholds_output.empty())
        throw UsageError("A slice finds the thresholds of some of the sites: write them from the merged study");
    JobSettings settings = study_job_settings(JobKind::harden, options.input, options.work);
    add_to(settings, options.tuning);
    add_to(settings, options.measurement);
    settings.search = specification.search;
    settings.greedy = options.greedy;
    JobRunOptions run = job_run_options(options.work, options.measurement.memory, options.measurement.faults);
    run.output_path = options.output;
    return run_in_study(options.study, settings, run, output, stop);
}

int search_thresholds(const HardenOptions& options, std::stop_source& stop) {
    HardenSpecification specification;
    specification.settings = tuning_settings(options.input, options.work, options.measurement);
    specification.search = options.search;
    specification.search.algorithm = search_algorithm_from_string(options.algorithm);
    check_search_settings(specification.search);
    specification.place = fault_place_from_string(options.measurement.place);
    specification.greedy = options.greedy;
    specification.output_path = options.output;
    TuningOutput output(options.results);
    const int status =
        options.study.empty() ? search(options, specification, output, stop) : search_in_study(options, specification, output, stop);
    if (options.thresholds_output.empty() || process_team().is_follower()) return status;
    if (output.is_stopped())
        std::fputs("clipscope-cli: Not every site has its threshold, so no thresholds file was written.\n", stderr);
    else
        write_file(options.thresholds_output, thresholds_text(options.thresholds_output, thresholds_of(output.result()), output.result()));
    return status;
}

int run_harden_command(const HardenOptions& options, std::stop_source& stop) {
    check_writable_network(options.output);
    check_writable_file(options.thresholds_output);
    if (options.thresholds.empty()) return search_thresholds(options, stop);
    return apply_thresholds(options, stop);
}

}  // namespace

void add_harden_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<HardenOptions>();
    CLI::App* command = app.add_subcommand("harden", "Find a threshold for every activation site and write the hardened network");
    add_input_options(*command, options->input);
    add_tuning_options(*command, options->tuning);
    command
        ->add_option("--output", options->output,
                     "File for the hardened network, which needs no ClipScope to run: TorchScript, or where the name ends in .onnx and the "
                     "network came from ONNX, its own graph in ONNX")
        ->type_name("FILE");
    command
        ->add_option("--thresholds-output", options->thresholds_output,
                     "File for the thresholds: JSON, or a C header where the name ends in .h")
        ->type_name("FILE");
    command
        ->add_option("--thresholds", options->thresholds,
                     "Take the thresholds from this JSON file instead of searching them; for the hardened network or a C header")
        ->type_name("FILE");
    command->add_option("--algorithm", options->algorithm, "Algorithm 1 of the paper: corrected, or literal as printed")
        ->check(CLI::IsMember({"corrected", "literal"}))
        ->type_name("NAME")
        ->capture_default_str();
    command->add_option("--n", options->search.n, "Grids at most (literal: one more)")->type_name("N")->capture_default_str();
    command->add_option("--m", options->search.m, "No stop before this grid")->type_name("M")->capture_default_str();
    command->add_option("--delta", options->search.delta, "AUC changes up to this are none")
        ->type_name("D")
        ->check(refuse_comma)
        ->capture_default_str();
    command->add_flag("--greedy", options->greedy, "Start each site from the thresholds found so far, not from ACT_max everywhere");
    add_measurement_options(*command, options->measurement);
    add_bound_option(*command, options->measurement);
    add_auc_precision_options(*command, options->measurement.faults);
    add_work_options(*command, options->work);
    add_study_option(*command, options->study, options->work);
    add_tuning_output_options(*command, options->results);
    command->footer(
        "Ctrl-C ends the job and keeps its results so far.\n"
        "Examples: clipscope-cli harden --trials 20 --output hardened.pt --thresholds-output thresholds.json\n"
        "          clipscope-cli harden --model net.onnx --data FOLDER --normalize NAME --output hardened.onnx --thresholds-output net.h");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_harden_command(*options, stop); }; });
}

}  // namespace clipscope::cli
