// differences: two runs held against each other.
#include <CLI/App.hpp>
#include <memory>
#include <string>

#include "columns_text.h"
#include "command.h"
#include "common_options.h"
#include "output_files.h"
#include "report/run_differences.h"

namespace clipscope::cli {

namespace {

struct DifferencesOptions {
    std::string first;
    std::string second;
    std::string json;
    std::string csv;
};

std::string differences_text(const RunDifferences& differences, const DifferencesOptions& options) {
    std::string text = "First: " + options.first + "\nSecond: " + options.second + "\n\n";
    if (differences.settings.empty())
        text += "Nothing differs in how the two were measured.\n";
    else
        text += columns_text(setting_columns(differences, "First", "Second"));
    if (differences.rows.empty()) return text + "\nThe two have no rate, position or number of faults in common.\n";
    return text +
           "\nMean accuracy, second - first, with the 95 % interval over faults; pairs: trials of the same numbers and seed, apart: drawn "
           "apart\n\n" +
           columns_text(difference_columns(differences));
}

int run_differences(const DifferencesOptions& options) {
    for (const std::string& file : {options.json, options.csv}) check_writable_file(file);
    const RunDifferences differences = differences_of(read_named_curves(options.first), read_named_curves(options.second));
    if (!options.json.empty()) write_file(options.json, differences_json(differences, options.first, options.second));
    if (!options.csv.empty()) write_file(options.csv, differences_csv(differences));
    if (options.json != "-" && options.csv != "-") print(differences_text(differences, options));
    return exit_done;
}

}  // namespace

void add_differences_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<DifferencesOptions>();
    CLI::App* command = app.add_subcommand(
        "differences", "Compare two runs: where their accuracies differ, how surely, and what differs in their settings");
    const std::string what = "A study, a job of it as in work.clipscope:3, or the JSON file of a result";
    command->add_option("FIRST", options->first, what)->required();
    command->add_option("SECOND", options->second, what)->required();
    add_json_option(*command, options->json);
    command->add_option("--csv", options->csv, "The differences as a table, fractions with all their digits")->type_name("FILE");
    command->footer("Example: clipscope-cli differences work.clipscope:1 work.clipscope:4 --csv differences.csv");
    command->callback([options, &runner] { runner = [options](std::stop_source&) { return run_differences(*options); }; });
}

}  // namespace clipscope::cli
