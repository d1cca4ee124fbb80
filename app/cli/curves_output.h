// What becomes of the events of a job that measures accuracy against fault rate: progress while it runs; a table, JSON, CSV and a list of
// faults afterwards, also when it was stopped or failed on the way.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/events.h"
#include "fault_list_file.h"
#include "progress_line.h"

namespace CLI {
class App;
}

namespace clipscope::cli {

struct CurvesOutputOptions {
    std::string json;
    std::string csv;         // folder
    std::string faults_out;  // file
    bool details = false;
};
void add_curves_output_options(CLI::App& command, CurvesOutputOptions& options);
// The same without the list of faults.
void add_result_file_options(CLI::App& command, CurvesOutputOptions& options);

class CurvesOutput {
public:
    // Throws Error where a result could not be written later. `kind` is "sensitivity", "compare" or "duel", as the JSON names it.
    CurvesOutput(std::string kind, const CurvesOutputOptions& options, std::stop_source& stop, AucAxis axis = AucAxis::linear);

    // For the job, or for several one after the other that differ in the number format: their curves come side by side. Asks the job to
    // stop when the list of faults can no longer be written.
    void take(const Event& event);

    // Writes and prints what came and returns the exit status; throws Error where something could not be written.
    int finish();

    // After a job failed: what came is written, but nothing is printed. Throws nothing.
    void rescue() noexcept;

private:
    void put_side_by_side();
    void write_files();
    bool has_trials() const;

    std::string kind_;
    CurvesOutputOptions options_;
    std::stop_source& stop_;
    AucAxis axis_;
    std::unique_ptr<FaultListFile> faults_;
    ProgressLine progress_;
    std::vector<AccuracyCurves> earlier_;  // of other formats
    AccuracyCurves latest_;
    AccuracyCurves curves_;  // all of them, once the jobs have come to their end
    bool is_stopped_ = false;
};

// Layers × rates of mean accuracy in %, under a line that says what was measured.
std::string curves_table(const AccuracyCurves& curves);
// Every statistic of every point, one table a curve.
std::string curves_details(const AccuracyCurves& curves, AucAxis axis);

// "Self-check: 12 trials ran in the exact mode as well, ..."; empty where there were none.
std::string self_check_text(const SelfCheckCounts& counts);

// What protections gain and cost, under both rules for non-finite logits; empty where the curves have one protection.
std::string comparisons_text(const AccuracyCurves& curves, AucAxis axis);

// Of a duel: each protection's price and what it buys, then which are worth theirs at one rate, for every scope.
std::string duel_text(const AccuracyCurves& curves, AucAxis axis);

}  // namespace clipscope::cli
