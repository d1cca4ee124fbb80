// --study FILE: the job's results are kept in a study, and what the study has already is not run again.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/error.h"
#include "input_warning.h"
#include "process_team.h"
#include "run_job.h"
#include "sensitivity_options.h"
#include "study/job_run.h"
#include "study/job_slices.h"
#include "tuning_options.h"

namespace CLI {
class App;
}

namespace clipscope::cli {

// With --slice, for part of the job.
void add_study_option(CLI::App& command, std::string& path, WorkOptions& work);

// What all kinds of jobs have in common; paths become absolute, so that the study can be used from any folder.
JobSettings study_job_settings(JobKind kind, const InputOptions& input, const WorkOptions& work);
void add_to(JobSettings& settings, const TuningOptions& options);
void add_to(JobSettings& settings, const MeasurementOptions& options);
void add_to(JobSettings& settings, const SensitivityOptions& options);
JobRunOptions job_run_options(const WorkOptions& work, const std::string& memory);
// With the time that a precision may take.
JobRunOptions job_run_options(const WorkOptions& work, const std::string& memory, const FaultOptions& faults);

// The study where there is one, open to be written. Throws Error where it cannot be, StudyInputError where it knows other models under the
// paths of these jobs.
std::optional<Study> study_to_continue(const std::string& path, const std::vector<JobSettings>& jobs);

// Makes or opens the study, finds the jobs there that these continue or adds them, and runs what is missing, one after the other. As
// run_job().
template <class Output>
int run_in_study(const std::string& study_path, const std::vector<JobSettings>& jobs, const JobRunOptions& options, Output& output,
                 std::stop_source& stop) {
    const std::string path = own_study(study_path);
    // What the study refuses is refused before anything is read or run.
    if (options.share.is_part())
        for (const JobSettings& settings : jobs) check_sliceable(settings);
    std::optional<Study> known = study_to_continue(path, jobs);
    std::vector<OpenedJob> opened;
    for (const JobSettings& settings : jobs) opened.push_back(open_job(settings));
    tell_of_other_states(*opened.front().evaluation.network);
    const std::string& scopes = jobs.front().layers;
    if (injects_faults(jobs.front())) tell_of_reach(*opened.front().evaluation.network, scopes.empty() ? "network" : scopes);
    Study study = known ? std::move(*known) : Study::open_or_create(path);
    std::vector<JobId> ids;
    for (std::size_t i = 0; i < jobs.size(); ++i) ids.push_back(continue_or_add_job(study, jobs[i], opened[i]));
    warn_of_doubtful_input(opened.front().evaluation, options.threads, jobs.front().device, stop.get_token());
    return run_job(output, [&](const EventSink& sink) {
        for (std::size_t i = 0; i < jobs.size() && !stop.stop_requested(); ++i)
            run_study_job(study, ids[i], opened[i], options, sink, stop.get_token());
    });
}

template <class Output>
int run_in_study(const std::string& path, const JobSettings& settings, const JobRunOptions& options, Output& output,
                 std::stop_source& stop) {
    return run_in_study(path, std::vector{settings}, options, output, stop);
}

}  // namespace clipscope::cli
