// What becomes of the events of a profile, a sweep or a hardening: progress while it runs; a table, JSON and CSV afterwards, also when it
// was stopped or failed on the way.
#pragma once

#include <string>

#include "campaign/events.h"
#include "campaign/tuning_result.h"
#include "progress_line.h"

namespace CLI {
class App;
}

namespace clipscope::cli {

struct TuningOutputOptions {
    std::string json;
    std::string csv;  // folder
};
void add_tuning_output_options(CLI::App& command, TuningOutputOptions& options);

class TuningOutput {
public:
    // Throws Error where a result could not be written later.
    explicit TuningOutput(const TuningOutputOptions& options);

    void take(const Event& event);  // for the job

    // Writes and prints what came and returns the exit status; throws Error where something could not be written.
    int finish();
    // After a job failed: what came is written, but nothing is printed. Throws nothing.
    void rescue() noexcept;

    const TuningResult& result() const { return result_; }
    bool is_stopped() const { return is_stopped_; }

private:
    void write_files() const;

    TuningOutputOptions options_;
    ProgressLine progress_;
    TuningResult result_;
    bool is_stopped_ = false;
};

// What the job found, one table for each kind of result it has.
std::string tuning_tables(const TuningResult& result);

}  // namespace clipscope::cli
