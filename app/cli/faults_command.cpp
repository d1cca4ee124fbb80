// faults: runs exactly the faults of a list, or draws one.
#include <CLI/App.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "campaign/fault_list_run.h"
#include "campaign/fault_scope.h"
#include "command.h"
#include "common/csv_text.h"
#include "common/error.h"
#include "common/json_text.h"
#include "common/text_file.h"
#include "common/text_list.h"
#include "common/version.h"
#include "common_options.h"
#include "input_warning.h"
#include "line_file.h"
#include "output_files.h"
#include "progress_line.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

struct FaultsOptions {
    std::string list;
    InputOptions input;
    WorkOptions work;
    std::string memory;
    bool exact = false;
    bool each_line = false;
    std::string output;  // empty: beside the list
    std::string json;

    std::optional<std::int64_t> make{};  // faults of a list to be drawn; nothing: the list is read
    std::string strata = "layer,bit";
    std::string layers = "network";
};

const std::vector<std::string_view>& result_columns() {
    static const std::vector<std::string_view> columns = {"trial",  "line",    "layer",          "parameter", "element",     "bit",
                                                          "before", "after",   "faults",         "unchanged", "same_answer", "other_answer",
                                                          "images", "correct", "correct_argmax", "nonfinite"};
    return columns;
}

// One row for each trial; where and what only of a single fault.
class ResultsFile {
public:
    ResultsFile(std::string path, const std::vector<LayerInfo>& parts) : file_(std::move(path), "--output"), parts_(parts) {
        file_.write(CsvText(result_columns()).text());
    }

    // False where the row could not be written.
    bool add(const ListedTrial& trial, const ListedOutcome& outcome) {
        CsvText row(result_columns());
        const std::size_t header = row.text().size();
        row.add(trial.name).add(trial.line);
        if (outcome.faults == 1) {
            const auto& [place, positions] = *trial.bits.begin();
            const ParameterInfo& info = parts_[place.first].parameters[place.second];
            const auto bits = std::uint64_t(info.word_bits);
            row.add(parts_[place.first].name).add(info.path).add(positions[0] / bits).add(positions[0] % bits);
            row.add(short_double(*outcome.before)).add(short_double(*outcome.after));
        } else {
            for (int empty = 0; empty < 6; ++empty) row.add(std::string_view());
        }
        row.add(outcome.faults).add(outcome.unchanged).add(outcome.same_answer).add(outcome.other_answer);
        row.add(outcome.outcome.images).add(outcome.outcome.correct).add(outcome.outcome.correct_argmax).add(outcome.outcome.due);
        row.end_row();
        file_.write(row.text().substr(header));
        return file_.ok();
    }

    void close() { file_.close("The results"); }  // throws Error where anything could not be written

private:
    LineFile file_;
    const std::vector<LayerInfo>& parts_;
};

// What a list came to. A trial is what it does to the image that it harms most.
struct Totals {
    std::int64_t trials = 0;
    std::int64_t unchanged = 0;     // every logit of every image as without faults
    std::int64_t same_answers = 0;  // no image with another answer, but some other logits
    std::int64_t other_answers = 0;
    std::int64_t other_answer_images = 0;
    std::int64_t nonfinite_images = 0;
    std::int64_t image_evaluations = 0;

    void add(const ListedOutcome& outcome) {
        ++trials;
        if (outcome.other_answer > 0)
            ++other_answers;
        else if (outcome.same_answer > 0)
            ++same_answers;
        else
            ++unchanged;
        other_answer_images += outcome.other_answer;
        nonfinite_images += outcome.outcome.due;
        image_evaluations += outcome.outcome.images;
    }
};

nlohmann::ordered_json totals_json(const JobInputs& inputs, const FaultsOptions& options, const Totals& totals, double seconds) {
    return {{"clipscope_version", version()},
            {"kind", "faults"},
            {"model", inputs.model_name},
            {"model_sha256", inputs.network->sha256()},
            {"data", inputs.data_name},
            {"images", inputs.images.size()},
            {"list", options.list},
            {"trials", totals.trials},
            {"unchanged", totals.unchanged},
            {"same_answers", totals.same_answers},
            {"other_answers", totals.other_answers},
            {"other_answer_share", double(totals.other_answer_images) / double(std::max<std::int64_t>(totals.image_evaluations, 1))},
            {"nonfinite_share", double(totals.nonfinite_images) / double(std::max<std::int64_t>(totals.image_evaluations, 1))},
            {"seconds", seconds}};
}

std::string totals_text(const JobInputs& inputs, const std::string& output, const Totals& totals, double seconds) {
    using Align = TextTable::Align;
    TextTable table({{"On the images, a trial"}, {"Trials", Align::right}, {"%", Align::right}});
    const auto add = [&](const std::string& what, std::int64_t trials) {
        table.add_row({what, grouped_text(trials), fixed_text(100 * double(trials) / double(std::max<std::int64_t>(totals.trials, 1)), 2)});
    };
    add("changes no logit", totals.unchanged);
    add("changes logits, no answer", totals.same_answers);
    add("changes answers", totals.other_answers);
    return inputs.model_name + " on " + grouped_text(std::int64_t(inputs.images.size())) + " images of " + inputs.data_name + ": " +
           grouped_text(totals.trials) + " trials in " + duration_text(seconds) + ", " +
           rounded_text(double(totals.trials) / std::max(seconds, 1e-9), 3) + " a second\n\n" + table.to_string() +
           "\nEach trial's images are in '" + output + "'.\n";
}

std::string beside(const std::string& list) {
    const std::filesystem::path path(list);
    return (path.parent_path() / (path.stem().string() + "_results.csv")).string();
}

int run_list(const FaultsOptions& options, std::stop_source& stop) {
    const std::string output = options.output.empty() ? beside(options.list) : options.output;
    if (output == options.list) throw UsageError("--output would replace the list itself: choose another file");
    std::error_code error;
    if (options.output.empty() && std::filesystem::exists(output, error) && std::filesystem::file_size(output, error) > 0)
        throw UsageError("'" + output +
                         "' is there already, from an earlier run perhaps: name it with --output to replace it, or another file");
    FaultListSettings settings{.threads = options.work.threads,
                               .chunk = options.work.chunk,
                               .device = options.work.device,
                               .memory_bytes = options.memory.empty() ? 0 : parse_memory(options.memory),
                               .exact = options.exact};
    const std::string text = read_text_file(options.list);
    check_writable_file(options.json);
    check_writable_file(output);
    const JobInputs inputs = open_job_inputs(options.input);
    const std::vector<LayerInfo>& parts = inputs.network->memory_parts();
    const std::vector<ListedTrial> trials =
        read_fault_list(text, options.list, parts, options.each_line ? ListGrouping::lines : ListGrouping::as_named);
    warn_of_doubtful_input(inputs, options.work, stop.get_token());
    ResultsFile results(output, parts);
    Totals totals;
    ProgressLine line;
    const auto started = std::chrono::steady_clock::now();
    FaultListObserver observer;
    observer.on_outcome = [&](std::size_t trial, const ListedOutcome& outcome) {
        totals.add(outcome);
        if (!results.add(trials[trial], outcome)) stop.request_stop();
    };
    observer.on_progress = [&](std::int64_t done, double left, const std::string& activity) {
        line.show(done, std::int64_t(trials.size()), left, activity);
    };
    const bool is_done = run_fault_list(inputs, trials, settings, observer, stop.get_token());
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    line.clear();
    results.close();
    if (!options.json.empty()) write_file(options.json, json_text(totals_json(inputs, options, totals, seconds)));
    if (options.json != "-") print(totals_text(inputs, output, totals, seconds));
    if (is_done) return exit_done;
    std::fprintf(stderr, "clipscope-cli: Interrupted after %lld of %zu trials; '%s' has these.\n", static_cast<long long>(totals.trials),
                 trials.size(), output.c_str());
    return exit_interrupted;
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
        ->add_option("--output", options->output,
                     "CSV for what became of the images in each trial (default: a new one beside the list, NAME_results.csv)")
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
    add_json_option(*command, options->json);
    command->footer(
        "Ctrl-C ends it and keeps the results so far.\n"
        "Examples: clipscope-cli faults faults.csv --make-list 1000 --strata layer,bit\n"
        "          clipscope-cli faults faults.csv --images all --output what_they_do.csv");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_faults_command(*options, stop); }; });
}

}  // namespace clipscope::cli
