// --study FILE: the job's results are kept in a study, and what the study has already is not run again.
#pragma once

#include <stop_token>
#include <string>

#include "common/error.h"
#include "input_warning.h"
#include "run_job.h"
#include "study/job_run.h"
#include "tuning_options.h"

namespace CLI {
class App;
}

namespace clipscope::cli {

void add_study_option(CLI::App& command, std::string& path);

// What all kinds of jobs have in common; paths become absolute, so that the study can be used from any folder.
JobSettings study_job_settings(JobKind kind, const InputOptions& input, const WorkOptions& work);
void add_to(JobSettings& settings, const TuningOptions& options);
void add_to(JobSettings& settings, const MeasurementOptions& options);
JobRunOptions job_run_options(const WorkOptions& work, const std::string& memory);

// Makes or opens the study, finds the job there that this one continues or adds it, and runs what is missing. As run_job().
template <class Output>
int run_in_study(const std::string& path, const JobSettings& settings, const JobRunOptions& options, Output& output,
                 std::stop_source& stop) {
    const OpenedJob opened = open_job(settings);
    warn_of_doubtful_input(opened.evaluation, options.threads, settings.device, stop.get_token());
    Study study = Study::open_or_create(path);
    const JobId id = continue_or_add_job(study, settings, opened);
    return run_job(output, [&](const EventSink& sink) { run_study_job(study, id, opened, options, sink, stop.get_token()); });
}

}  // namespace clipscope::cli
