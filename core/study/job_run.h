// Runs the jobs of a study: new ones, and those that were interrupted or that shall go further than before.
#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <string>

#include "campaign/events.h"
#include "evaluation/work_share.h"
#include "faults/fault_list.h"
#include "study/opened_job.h"
#include "study/study.h"

namespace clipscope {

// What results do not depend on.
struct JobRunOptions {
    int threads = 0;               // workers; 0: all cores
    std::size_t memory_bytes = 0;  // budget for kept activations; 0: a quarter of the free memory
    double at_most_seconds = 0;    // of a job with a precision, which may end wider after that; 0: no limit
    bool list_faults = false;      // send FaultsInjected events
    std::string output_path{};     // of a hardened network; empty: none is written
    WorkShare share{};             // what this run does of the job (job_slices.h)
};

// How a job on tuning images measures; nothing is known from before.
TuningSettings tuning_settings(const JobSettings& job, TrainedOn trained_on, const JobRunOptions& options);

// Reads the model's file, and nothing else, to see whether the study knows another one under the same path: throws StudyInputError then, as
// continue_or_add_job() would after everything is open.
void check_model_known(const Study& study, const JobSettings& asked);

// The job of the study that the asked one continues, grown to what is asked for, or a new one.
JobId continue_or_add_job(Study& study, const JobSettings& asked, const OpenedJob& opened);

// The same of a list of faults, whose trials the study keeps. Throws StudyInputError where it knows another list under the same path.
JobId continue_or_add_list(Study& study, const JobSettings& asked, const OpenedJob& opened, std::span<const ListedTrial> trials);
void check_list_known(const Study& study, const JobSettings& asked);

// Runs what the study does not have yet and keeps it there; the sink gets the whole stream, of what is known too. Polls `stop`; stopping
// keeps what was sent. Throws what the job throws, and what study.h and study_writer.h say; the study remembers why.
void run_study_job(Study& study, JobId id, const OpenedJob& opened, const JobRunOptions& options, const EventSink& sink,
                   std::stop_token stop);

// The same from the study's own settings, for a thread of its own: `study` is Study::another(). A queued job whose model or images cannot
// be opened becomes a failed one.
void run_study_job(Study study, JobId id, const JobRunOptions& options, const EventSink& sink, std::stop_token stop);

}  // namespace clipscope
