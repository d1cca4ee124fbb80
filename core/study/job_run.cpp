#include "study/job_run.h"

#include <algorithm>

#include "campaign/bit_positions.h"
#include "campaign/compare.h"
#include "campaign/fault_list_run.h"
#include "campaign/harden.h"
#include "campaign/profile.h"
#include "campaign/sensitivity.h"
#include "campaign/sweep.h"
#include "campaign/thresholds_file.h"
#include "common/number_text.h"
#include "common/sha256.h"
#include "evaluation/chosen_device_text.h"
#include "evaluation/vector_instructions.h"
#include "network/bundled_networks.h"
#include "study/comparable_settings.h"
#include "study/job_slices.h"
#include "study/listed_trials.h"
#include "study/study_errors.h"
#include "study/study_results.h"
#include "study/study_writer.h"

namespace clipscope {
namespace {

// One run of one job.
class Run {
public:
    Run(Study& study, const JobRecord& job, const OpenedJob& opened, const JobRunOptions& options, StudyWriter& writer,
        std::stop_token stop)
        : study_(study),
          job_(job),
          settings_(job.settings),
          opened_(opened),
          options_(options),
          writer_(writer),
          sink_(writer.sink()),
          stop_(std::move(stop)),
          resolved_(study.resolved(job.id)) {}

    void run() {
        switch (settings_.kind) {
            case JobKind::sensitivity:
                return sensitivity();
            case JobKind::bits:
                return bits();
            case JobKind::compare:
                return compare();
            case JobKind::profile:
                return run_profile(tuning(), {tuning_settings(), scopes()}, sink_, stop_);
            case JobKind::sweep:
                return sweep();
            case JobKind::harden:
                return harden();
            case JobKind::faults:
                return faults();
        }
    }

private:
    const JobInputs& tuning() const { return opened_.tuning->inputs; }

    std::vector<FaultScope> scopes() const {
        if (settings_.kind == JobKind::profile && settings_.layers.empty()) return {};
        return parse_fault_scopes(settings_.layers, opened_.evaluation.network->memory_parts(), output_scopes(settings_.kind));
    }

    // What the jobs that measure curves have in common.
    template <typename Specification>
    Specification specification() const {
        Specification specification;
        specification.scopes = scopes();
        specification.trials = settings_.trials;
        specification.seed = settings_.seed;
        specification.nonfinite = settings_.nonfinite;
        specification.threads = options_.threads;
        specification.chunk = settings_.chunk;
        specification.device = settings_.device;
        specification.memory_bytes = options_.memory_bytes;
        specification.known = writer_.known_trials();
        specification.self_check.share = settings_.self_check;
        specification.share = options_.share;
        return specification;
    }

    // The same of those over fault rates.
    template <typename Specification>
    Specification specification_over_rates() const {
        auto specification = this->specification<Specification>();
        specification.exact = settings_.exact;
        specification.list_faults = options_.list_faults;
        specification.count_faults = true;
        if (settings_.precision > 0)
            specification.precision = PrecisionSettings{.half_width = settings_.precision,
                                                        .at_most_seconds = options_.at_most_seconds,
                                                        .known = writer_.known_samples(),
                                                        .known_whole = writer_.known_outcomes(),
                                                        .known_pilot = find_pilot(study_, job_.id)};
        specification.axis = point_axis(settings_);
        if (!must_suggest_rates()) specification.rates = all_points(settings_, resolved_.suggested_rates);
        return specification;
    }

    // Only once in the life of a job, so that all its trials lie at the same rates.
    bool must_suggest_rates() const { return has_automatic_rates(settings_) && resolved_.suggested_rates.empty(); }

    // The suggested ones become part of the job, together with those that were asked for.
    template <typename Specification>
    void keep_rates(Specification& specification) {
        if (must_suggest_rates()) resolved_.suggested_rates = specification.rates;
        check_same_resolved();
        study_.set_resolved(job_.id, resolved_);
        specification.rates = all_points(settings_, resolved_.suggested_rates);
    }

    // Each of a team has found them for itself.
    void check_same_resolved() const {
        if (!options_.share.team) return;
        std::string text;
        for (const double rate : resolved_.suggested_rates) text += " " + number_text(rate);
        for (const std::optional<float>& bound : resolved_.act_max) text += bound ? " " + number_text(double(*bound)) : " none";
        options_.share.team->check_same("fault rates and ACT_max found first:" + text);
    }

    void sensitivity() {
        auto specification = specification_over_rates<SensitivitySpecification>();
        if (must_suggest_rates()) {
            if (!complete_sensitivity(tuning(), specification, sink_, stop_)) return sink_(JobFinished{JobEnd::stopped, 0});
            keep_rates(specification);
        }
        run_sensitivity(opened_.evaluation, specification, sink_, stop_);
    }

    void bits() { run_bit_positions(opened_.evaluation, specification<BitPositionSpecification>(), sink_, stop_); }

    void compare() {
        auto specification = specification_over_rates<CompareSpecification>();
        if (!settings_.thresholds.empty()) {
            const ThresholdsFile thresholds = thresholds_from_json(settings_.thresholds, study_.path());
            check_thresholds_fit(thresholds, *opened_.evaluation.network, study_.path());
            const std::vector<SiteInfo>& sites = opened_.evaluation.network->sites();
            specification.act_max = thresholds.act_max(sites);
            specification.tuned = thresholds.tuned(sites);
        }
        if (!resolved_.act_max.empty()) specification.act_max = Clipping{resolved_.act_max};
        if (!settings_.protections.empty()) specification.protections = protections_from_list(settings_.protections);
        if (!complete_comparison(tuning(), tuning_settings(), specification, sink_, stop_)) return sink_(JobFinished{JobEnd::stopped, 0});
        resolved_.act_max = specification.act_max->thresholds;
        keep_rates(specification);
        run_compare(opened_.evaluation, specification, sink_, stop_);
    }

    void sweep() {
        SweepSpecification specification;
        specification.settings = tuning_settings();
        specification.site = find_site(settings_.site, opened_.evaluation.network->sites());
        specification.grid = ThresholdGrid::parse(settings_.grid, settings_.grid_in_act_max);
        specification.place = settings_.place;
        run_sweep(tuning(), specification, sink_, stop_);
    }

    void harden() {
        HardenSpecification specification;
        specification.settings = tuning_settings();
        specification.search = settings_.search;
        specification.place = settings_.place;
        specification.greedy = settings_.greedy;
        if (!settings_.site.empty()) specification.only_site = find_site(settings_.site, opened_.evaluation.network->sites());
        specification.output_path = options_.output_path;
        run_harden(tuning(), specification, sink_, stop_);
    }

    void faults() {
        FaultListSpecification specification;
        specification.trials = read_listed_trials(study_, job_.id, opened_.evaluation.network->memory_parts());
        specification.threads = options_.threads;
        specification.chunk = settings_.chunk;
        specification.device = settings_.device;
        specification.memory_bytes = options_.memory_bytes;
        specification.exact = settings_.exact;
        specification.known = writer_.known_listed();
        specification.share = options_.share;
        run_fault_list(opened_.evaluation, specification, sink_, stop_);
    }

    TuningSettings tuning_settings() const {
        TuningSettings settings = clipscope::tuning_settings(settings_, opened_.tuning->trained_on, options_);
        if (settings_.kind != JobKind::compare) settings.known = std::make_shared<const TuningResult>(read_tuning(study_, job_.id));
        return settings;
    }

    Study& study_;
    const JobRecord& job_;
    const JobSettings& settings_;
    const OpenedJob& opened_;
    const JobRunOptions& options_;
    StudyWriter& writer_;
    const EventSink sink_;
    const std::stop_token stop_;
    ResolvedSettings resolved_;
};

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
        if (job.settings.kind == JobKind::faults && known.path == asked.list.path && known.sha256 != asked.list.sha256 &&
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
        Run(study, job, opened, own, writer, stop).run();
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
