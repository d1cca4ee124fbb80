// Runs a job into what becomes of its events (CurvesOutput, TuningOutput).
#pragma once

#include "campaign/events.h"

namespace clipscope::cli {

// Calls job(sink) and returns the exit status. Where the job throws, what came is written and the exception goes on.
template <class Output, class Job>
int run_job(Output& output, const Job& job) {
    const EventSink sink = [&output](const Event& event) { output.take(event); };
    try {
        job(sink);
    } catch (...) {
        output.rescue();
        throw;
    }
    return output.finish();
}

}  // namespace clipscope::cli
