#include "tuning_output.h"

#include <CLI/App.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <variant>

#include "command.h"
#include "common_options.h"
#include "output_files.h"
#include "results/tuning_csv.h"
#include "results/tuning_json.h"

namespace clipscope::cli {

void add_tuning_output_options(CLI::App& command, TuningOutputOptions& options) {
    add_json_option(command, options.json);
    command
        .add_option("--csv", options.csv,
                    "Folder for histograms.csv, sweep.csv, search.csv and thresholds.csv, as far as there is something")
        ->type_name("FOLDER");
}

TuningOutput::TuningOutput(const TuningOutputOptions& options) : options_(options) {
    check_writable_file(options.json);
    check_writable_folder(options.csv);
}

void TuningOutput::take(const Event& event) {
    apply(event, result_);
    if (const auto* progress = std::get_if<Progress>(&event)) {
        progress_.show(progress->done, progress->total, progress->seconds_left, progress->activity);
    } else if (const auto* message = std::get_if<Message>(&event)) {
        message->is_urgent ? progress_.tell(message->text) : progress_.say(message->text);
    } else if (const auto* finished = std::get_if<JobFinished>(&event)) {
        is_stopped_ = finished->end == JobEnd::stopped;
    }
}

int TuningOutput::finish() {
    progress_.clear();
    const bool has_results = !result_.activations.empty();
    if (has_results || !is_stopped_) {
        write_files();
        if (options_.json != "-") print(tuning_tables(result_));
    }
    if (!is_stopped_) return exit_done;
    std::fputs(has_results ? "clipscope-cli: Interrupted; the results so far are kept.\n"
                           : "clipscope-cli: Interrupted before the first result; nothing was written.\n",
               stderr);
    return exit_interrupted;
}

void TuningOutput::rescue() noexcept {
    progress_.clear();
    try {
        if (!result_.activations.empty()) write_files();
    } catch (const std::exception&) {
        // The failure that ended the job is the one to report.
    }
}

void TuningOutput::write_files() const {
    if (!options_.json.empty()) write_file(options_.json, tuning_to_json(result_));
    if (options_.csv.empty()) return;
    const std::filesystem::path folder = options_.csv;
    write_file((folder / "histograms.csv").string(), histograms_csv(result_));
    if (!result_.sweeps.empty()) write_file((folder / "sweep.csv").string(), sweep_csv(result_));
    if (result_.searches.empty()) return;
    write_file((folder / "search.csv").string(), search_csv(result_));
    write_file((folder / "thresholds.csv").string(), thresholds_csv(result_));
}

}  // namespace clipscope::cli
