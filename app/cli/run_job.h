// Runs a job into what becomes of its events (CurvesOutput, TuningOutput).
#pragma once

#include "campaign/events.h"
#include "command.h"
#include "process_team.h"

namespace clipscope::cli {

// What becomes of the events in a process that computes for another.
struct NoOutput {
    void take(const Event&) const {}
    void rescue() const {}
    int finish() const { return exit_done; }
};

// Calls job(sink) and returns the exit status. Where the job throws, what came is written and the exception goes on.
template <class Output, class Job>
int run_job_into(Output& output, const Job& job) {
    const EventSink sink = [&output](const Event& event) { output.take(event); };
    try {
        job(sink);
    } catch (...) {
        output.rescue();
        throw;
    }
    return output.finish();
}

template <class Output, class Job>
int run_job(Output& output, const Job& job) {
    if (!process_team().is_follower()) return run_job_into(output, job);
    NoOutput none;
    return run_job_into(none, job);
}

}  // namespace clipscope::cli
