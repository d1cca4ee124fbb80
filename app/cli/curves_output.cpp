#include "curves_output.h"

#include <CLI/App.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <utility>
#include <variant>

#include "campaign/comparison.h"
#include "campaign/duel_summary.h"
#include "command.h"
#include "common/error.h"
#include "common_options.h"
#include "output_files.h"
#include "results/result_csv.h"
#include "results/result_json.h"

namespace clipscope::cli {

void add_curves_output_options(CLI::App& command, CurvesOutputOptions& options) {
    add_result_file_options(command, options);
    command.add_option("--faults-out", options.faults_out, "CSV file for every faulty bit: layer,rate,trial,parameter,element,bit")
        ->type_name("FILE");
}

void add_result_file_options(CLI::App& command, CurvesOutputOptions& options) {
    add_json_option(command, options.json);
    command.add_option("--csv", options.csv, "Folder for points.csv (statistics) and trials.csv (every trial)")->type_name("FOLDER");
    command.add_flag("--details", options.details,
                     "Print every statistic of every point as well, with intervals over faults alone and over faults and images");
}

CurvesOutput::CurvesOutput(std::string kind, const CurvesOutputOptions& options, std::stop_source& stop, AucAxis axis)
    : kind_(std::move(kind)), options_(options), stop_(stop), axis_(axis) {
    check_writable_file(options.json);
    check_writable_folder(options.csv);
    if (!options.faults_out.empty()) faults_ = std::make_unique<FaultListFile>(options.faults_out);
}

void CurvesOutput::take(const Event& event) {
    if (std::holds_alternative<CampaignStarted>(event) && !latest_.curves.empty()) earlier_.push_back(std::exchange(latest_, {}));
    apply(event, latest_);
    if (faults_ && !faults_->take(event)) stop_.request_stop();
    if (const auto* progress = std::get_if<Progress>(&event)) {
        progress_.show(progress->done, progress->total, progress->seconds_left, progress->activity);
    } else if (const auto* message = std::get_if<Message>(&event)) {
        message->is_urgent ? progress_.tell(message->text) : progress_.say(message->text);
    } else if (const auto* finished = std::get_if<JobFinished>(&event)) {
        is_stopped_ = finished->end == JobEnd::stopped;
    }
}

void CurvesOutput::put_side_by_side() {
    std::vector<AccuracyCurves> all = earlier_;
    if (!latest_.curves.empty() || all.empty()) all.push_back(latest_);
    curves_ = side_by_side(all);
}

int CurvesOutput::finish() {
    progress_.clear();
    put_side_by_side();
    if (has_trials() || !is_stopped_) {
        write_files();
        if (options_.json != "-")
            print(curves_table(curves_) + (kind_ == "duel" ? duel_text(curves_, axis_) : comparisons_text(curves_, axis_)) +
                  (options_.details ? curves_details(curves_, axis_) : ""));
    }
    if (faults_) faults_->close();
    if (!is_stopped_) return exit_done;
    std::fputs(has_trials() ? "clipscope-cli: Interrupted; the results so far are kept.\n"
                            : "clipscope-cli: Interrupted before the first result; nothing was written.\n",
               stderr);
    return exit_interrupted;
}

void CurvesOutput::rescue() noexcept {
    progress_.clear();
    try {
        put_side_by_side();
        if (has_trials()) write_files();
    } catch (const std::exception&) {
        // The failure that ended the job is the one to report.
    }
}

void CurvesOutput::write_files() {
    if (!options_.json.empty()) write_file(options_.json, result_to_json({.kind = kind_, .auc_axis = axis_, .curves = curves_}));
    if (options_.csv.empty()) return;
    const std::filesystem::path folder = options_.csv;
    write_file((folder / "points.csv").string(), points_csv(curves_));
    write_file((folder / "trials.csv").string(), trials_csv(curves_));
    if (is_of_protections(kind_)) write_file((folder / "comparisons.csv").string(), comparisons_csv(curves_, axis_));
    if (kind_ == "duel") write_file((folder / "duel.csv").string(), duel_csv(summary_of(curves_), axis_));
}

bool CurvesOutput::has_trials() const {
    return std::any_of(curves_.curves.begin(), curves_.curves.end(), [](const AccuracyCurve& curve) {
        return std::any_of(curve.trials.begin(), curve.trials.end(), [](const auto& trials) { return !trials.empty(); }) ||
               std::any_of(curve.sampled.begin(), curve.sampled.end(), [](const SampledPoint& point) { return !point.empty(); });
    });
}

}  // namespace clipscope::cli
