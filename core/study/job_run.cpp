#include "study/job_run.h"

#include <algorithm>

#include "common/sha256.h"
#include "evaluation/chosen_device_text.h"
#include "evaluation/vector_instructions.h"
#include "network/bundled_networks.h"
#include "study/comparable_settings.h"
#include "study/job_context.h"
#include "study/job_slices.h"
#include "study/listed_trials.h"
#include "study/study_errors.h"
#include "study/study_writer.h"

namespace clipscope {
namespace {

// With the slices that the study has already: what they checked counts too. Of a team only the first writes files.
JobRunOptions for_this_process(const Study& study, JobId id, const OpenedJob& opened, JobRunOptions options) {
    if (ItemTeam* team = options.share.team) {
        const std::string tuning = opened.tuning_images ? ", tuning images " + opened.tuning_images->sha256 : "";
        const JobSettings settings = study.job(id).settings;
        team->check_same("model " + opened.model.sha256 + ", images " + opened.images.sha256 + tuning + ", settings " +
                         settings_digest(settings) + ", " + versions_text() + ", " + chosen_device_text(settings.device) + ", " +
                         vector_instructions());
        if (!team->is_first()) options.output_path.clear();
    }
    if (!options.share.is_part()) return options;
    check_sliceable(study.job(id).settings);
    if (!options.output_path.empty()) throw UsageError("A slice hardens some of the sites: write the network from the merged study");
    for (const WorkSlice& slice : finished_slices(study, id))
        if (std::ranges::find(options.share.slices, slice) == options.share.slices.end()) options.share.slices.push_back(slice);
    return options;
}

// A job that could not even be opened waits no longer.
void end_waiting(Study& study, JobId id, const std::string& why) noexcept {
    try {
        if (study.job(id).state == JobState::queued) study.set_failed(id, why);
    } catch (const std::exception&) {
        // The failure that ended the job is the one to report.
    }
}

}  // namespace

TuningSettings tuning_settings(const JobSettings& job, TrainedOn trained_on, const JobRunOptions& options) {
    TuningSettings settings;
    if (!job.rates.starts_with("auto")) settings.rates = all_rates(job.rates, {});
    settings.trials = job.trials;
    if (job.precision > 0) settings.precision = job.precision;
    settings.at_most_seconds = options.at_most_seconds;
    settings.seed = job.seed;
    settings.nonfinite = job.nonfinite;
    settings.auc_axis = job.auc_axis;
    settings.protection = job.protection;
    settings.trained_on = trained_on;
    settings.threads = options.threads;
    settings.chunk = job.chunk;
    settings.device = job.device;
    settings.memory_bytes = options.memory_bytes;
    settings.exact = job.exact;
    settings.self_check.share = job.self_check;
    settings.share = options.share;
    return settings;
}

void check_model_known(const Study& study, const JobSettings& asked) {
    for (const JobRecord& job : study.jobs()) {
        if (!job.model || job.model->path != asked.model) continue;
        study.check_model(*job.model, {asked.model, 0, file_sha256(resolve_model_path(asked.model)), {}});
        return;
    }
}

JobId continue_or_add_job(Study& study, const JobSettings& asked, const OpenedJob& opened) {
    if (!study.is_writable()) throw Error(study.read_only_reason());
    const std::optional<JobId> found = study.find_job(asked, opened.model, opened.images);
    const JobId id = found ? *found : study.add_job(asked);
    try {
        study.set_sources(id, opened.model, opened.images, opened.tuning_images);
    } catch (const StudyInputError&) {
        if (!found) study.remove_job(id);
        throw;
    }
    if (found) study.set_settings(id, grown(study.job(id).settings, asked));
    return id;
}

void check_list_known(const Study& study, const JobSettings& asked) {
    for (const JobRecord& job : study.jobs()) {
        const FaultListSettings& known = job.settings.list;
        if (job.settings.kind->is_listed() && known.path == asked.list.path && known.sha256 != asked.list.sha256 &&
            count_listed_results(study, job.id) > 0)
            throw StudyInputError("The list of faults '" + asked.list.path + "' holds something else than when the study '" + study.path() +
                                  "' was measured: give the original one, run the new one under another name, or begin another study.");
    }
}

JobId continue_or_add_list(Study& study, const JobSettings& asked, const OpenedJob& opened, std::span<const ListedTrial> trials) {
    check_list_known(study, asked);
    const JobId id = continue_or_add_job(study, asked, opened);
    keep_listed_trials(study, id, trials, opened.evaluation.network->memory_parts());
    return id;
}

void run_study_job(Study& study, JobId id, const OpenedJob& opened, const JobRunOptions& options, const EventSink& sink,
                   std::stop_token stop) {
    if (!study.is_writable()) throw Error(study.read_only_reason());
    study.set_sources(id, opened.model, opened.images, opened.tuning_images);
    study.set_machine(id, study.job(id).settings.device, resolve_threads(options.threads));
    const JobRecord job = study.job(id);
    const JobRunOptions own = for_this_process(study, id, opened, options);
    StudyWriter writer(study, id, sink, stop);
    try {
        if (own.share.is_part() || !finished_slices(study, id).empty()) writer.end_with_slices(own.share.slices, own.at_most_seconds);
        JobContext context(study, job, opened, own, writer, stop);
        job.settings.kind->run(context);
    } catch (const std::exception& error) {
        writer.fail(short_text(error));
        throw;
    }
}

void run_study_job(Study study, JobId id, const JobRunOptions& options, const EventSink& sink, std::stop_token stop) {
    if (!study.is_writable()) throw Error(study.read_only_reason());
    try {
        const OpenedJob opened = open_job(study.job(id).settings);
        run_study_job(study, id, opened, options, sink, stop);
    } catch (const std::exception& error) {
        end_waiting(study, id, short_text(error));
        throw;
    }
}

}  // namespace clipscope
