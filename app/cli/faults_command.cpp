// faults: runs exactly the faults of a list, or draws one.
#include <CLI/App.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "campaign/fault_list_run.h"
#include "campaign/fault_scope.h"
#include "command.h"
#include "common/error.h"
#include "common/number_text.h"
#include "common/sha256.h"
#include "common/text_file.h"
#include "common/text_list.h"
#include "common_options.h"
#include "faults_output.h"
#include "input_warning.h"
#include "output_files.h"
#include "run_job.h"
#include "study_option.h"

namespace clipscope::cli {

namespace {

struct FaultsOptions {
    std::string list;
    InputOptions input;
    WorkOptions work;
    std::string memory;
    bool exact = false;
    bool each_line = false;
    std::string output;  // empty: beside the list, or with a study none
    std::string study;
    std::string json;

    std::optional<std::int64_t> make{};  // faults of a list to be drawn; nothing: the list is read
    std::string strata = "layer,bit";
    std::string layers = "network";
};

std::string beside(const std::string& list) {
    const std::filesystem::path path(list);
    return (path.parent_path() / (path.stem().string() + "_results.csv")).string();
}

// The file that the results go to; with a study none but the one that was asked for.
std::string checked_output(const FaultsOptions& options) {
    const std::string output = options.output.empty() && options.study.empty() ? beside(options.list) : options.output;
    if (output.empty()) return output;
    if (output == options.list) throw UsageError("--output would replace the list itself: choose another file");
    std::error_code error;
    if (options.output.empty() && std::filesystem::exists(output, error) && std::filesystem::file_size(output, error) > 0)
        throw UsageError("'" + output +
                         "' is there already, from an earlier run perhaps: name it with --output to replace it, or another file");
    return output;
}

std::vector<ListedTrial> read_list(const FaultsOptions& options, const std::string& text, const JobInputs& inputs) {
    return read_fault_list(text, options.list, inputs.network->memory_parts(),
                           options.each_line ? ListGrouping::lines : ListGrouping::as_named);
}

JobSettings list_settings(const FaultsOptions& options, const std::string& text) {
    JobSettings settings = study_job_settings(JobKind::faults, options.input, options.work);
    settings.exact = options.exact;
    settings.list.path = std::filesystem::absolute(options.list).lexically_normal().string();
    settings.list.each_line = options.each_line;
    Sha256 sha256;
    sha256.add(std::as_bytes(std::span(text)));
    settings.list.sha256 = sha256.digest();
    return settings;
}

int run_list_in_study(const FaultsOptions& options, const std::string& output_path, const std::string& text, std::stop_source& stop) {
    JobSettings settings = list_settings(options, text);
    const std::string study_path = own_study(options.study);
    // What the study refuses is refused before anything is read or run.
    std::optional<Study> known = study_to_continue(study_path, {settings});
    if (known) check_list_known(*known, settings);
    const OpenedJob opened = open_job(settings);
    const std::vector<ListedTrial> trials = read_list(options, text, opened.evaluation);
    settings.list.trials = std::int64_t(trials.size());
    Study study = known ? std::move(*known) : Study::open_or_create(study_path);
    const JobId id = continue_or_add_list(study, settings, opened, trials);
    warn_of_doubtful_input(opened.evaluation, options.work, stop.get_token());
    FaultsOutput output({options.list, output_path, options.json, options.study}, opened.evaluation, trials, stop);
    return run_job(output, [&](const EventSink& sink) {
        run_study_job(study, id, opened, job_run_options(options.work, options.memory), sink, stop.get_token());
    });
}

int run_list(const FaultsOptions& options, std::stop_source& stop) {
    const std::string output_path = checked_output(options);
    FaultListSpecification specification{.trials = {},
                                         .threads = options.work.threads,
                                         .chunk = options.work.chunk,
                                         .device = options.work.device,
                                         .memory_bytes = options.memory.empty() ? 0 : parse_memory(options.memory),
                                         .exact = options.exact};
    if (chosen_memory(options.input.memory).pattern != FaultPattern{})
        throw UsageError("A list names every faulty bit itself: leave the pattern of faults at bit.");
    const std::string text = read_text_file(options.list);
    check_writable_file(options.json);
    check_writable_file(output_path);
    if (!options.study.empty()) return run_list_in_study(options, output_path, text, stop);
    const JobInputs inputs = open_job_inputs(options.input);
    specification.trials = read_list(options, text, inputs);
    warn_of_doubtful_input(inputs, options.work, stop.get_token());
    FaultsOutput output({options.list, output_path, options.json, {}}, inputs, specification.trials, stop);
    return run_job(output, [&](const EventSink& sink) { run_fault_list(inputs, specification, sink, stop.get_token()); });
}

ListStrata chosen_strata(const std::string& text) {
    ListStrata strata{.layers = false, .bits = false};
    for (const std::string& name : split_list(text, ',')) {
        if (name == "layer")
            strata.layers = true;
        else if (name == "bit")
            strata.bits = true;
        else if (name != "none")
            throw UsageError("--strata takes layer, bit, layer,bit or none, not '" + name + "'");
    }
    return strata;
}

int make_list(const FaultsOptions& options) {
    const ListStrata strata = chosen_strata(options.strata);
    std::error_code error;
    if (std::filesystem::exists(options.list, error) && std::filesystem::file_size(options.list, error) > 0)
        throw UsageError("'" + options.list + "' is there already and stays as it is: choose another file for the list");
    check_writable_file(options.list);
    const JobInputs inputs = open_job_inputs(options.input);
    const std::vector<LayerInfo>& parts = inputs.network->memory_parts();
    const FaultScope scope = only_scope(options.layers, *inputs.network);
    const auto trials = draw_fault_list(options.input.seed, *options.make, parts, scope.layers, strata);
    write_file(options.list, fault_list_text(trials, parts));
    print(grouped_text(std::int64_t(trials.size())) + " single faults in " + scope.name + " are in '" + options.list + "'.\n");
    return exit_done;
}

int run_faults_command(const FaultsOptions& options, std::stop_source& stop) {
    check_work_options(options.work);
    if (options.make) check_at_least("--make-list", *options.make, 1);
    if (options.make && !options.study.empty()) throw UsageError("--make-list draws a list and runs nothing that --study could keep");
    return options.make ? make_list(options) : run_list(options, stop);
}

}  // namespace

void add_faults_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<FaultsOptions>();
    CLI::App* command = app.add_subcommand("faults", "Run exactly the faults of a list, or draw a list that others can repeat");
    command
        ->add_option("list", options->list,
                     "CSV of faults: layer,rate,trial,parameter,element,bit as --faults-out writes it, or "
                     "Injection,Layer,TensorIndex,Bit")
        ->type_name("LIST.csv")
        ->required();
    add_input_options(*command, options->input);
    command->add_flag("--each-line", options->each_line, "Every line is a trial of its own, not those of a trial or an injection together");
    command
        ->add_option(
            "--output", options->output,
            "CSV for what became of the images in each trial (default: a new one beside the list, NAME_results.csv; with --study none)")
        ->type_name("FILE");
    command->add_option("--make-list", options->make, "Draw so many single faults into LIST.csv instead of running one")->type_name("N");
    command->add_option("--strata", options->strata, "Of --make-list: as many faults from each layer, each bit, both, or none")
        ->type_name("STRATA")
        ->capture_default_str();
    command->add_option("--layers", options->layers, "Of --make-list: where faults may lie, as for sensitivity")
        ->type_name("LAYERS")
        ->capture_default_str();
    add_work_options(*command, options->work);
    add_memory_option(*command, options->memory);
    add_exact_flag(*command, options->exact);
    add_study_option(*command, options->study, options->work);
    add_json_option(*command, options->json);
    command->footer(
        "Ctrl-C ends it and keeps the results so far; in a study the same command goes on from there.\n"
        "Examples: clipscope-cli faults faults.csv --make-list 1000 --strata layer,bit\n"
        "          clipscope-cli faults faults.csv --images all --output what_they_do.csv\n"
        "          clipscope-cli faults faults.csv --study work.clipscope");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_faults_command(*options, stop); }; });
}

}  // namespace clipscope::cli
