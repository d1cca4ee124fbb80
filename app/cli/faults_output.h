// What becomes of the trials of a list of faults: a CSV line each as they come, in the list's order; totals as a table and JSON afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "campaign/events.h"
#include "campaign/job_inputs.h"
#include "campaign/listed_result.h"
#include "line_file.h"
#include "progress_line.h"

namespace clipscope::cli {

struct FaultsOutputOptions {
    std::string list;    // its path, as it was given
    std::string output;  // CSV; empty: none
    std::string json;
    std::string study;  // empty: none
};

class FaultsOutput {
public:
    // The arguments must outlive it. Throws Error where the CSV cannot be written.
    FaultsOutput(FaultsOutputOptions options, const JobInputs& inputs, std::span<const ListedTrial> trials, std::stop_source& stop);

    void take(const Event& event);  // for the job
    // Prints what came and returns the exit status; throws Error where something could not be written.
    int finish();
    // After a job failed: what came is written, but nothing is printed. Throws nothing.
    void rescue() noexcept;

private:
    void add(std::size_t trial, const ListedOutcome& outcome);
    void write(std::size_t trial, const ListedOutcome& outcome);
    void write_json() const;
    std::string totals_text() const;

    const FaultsOutputOptions options_;
    const JobInputs& inputs_;
    const std::span<const ListedTrial> trials_;
    std::stop_source& stop_;
    std::unique_ptr<LineFile> file_;
    ProgressLine progress_;
    ListedTotals totals_;
    std::map<std::size_t, ListedOutcome> waiting_;  // for those before them, where a study has a gap
    std::size_t next_ = 0;                          // to be written
    std::int64_t computed_ = 0;                     // by this run
    double seconds_ = 0;
    bool is_stopped_ = true;  // until the job says otherwise
};

}  // namespace clipscope::cli
