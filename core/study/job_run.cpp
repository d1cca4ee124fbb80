#include "study/job_run.h"

#include "campaign/bit_positions.h"
#include "campaign/compare.h"
#include "campaign/harden.h"
#include "campaign/profile.h"
#include "campaign/sensitivity.h"
#include "campaign/suggested_rates.h"
#include "campaign/sweep.h"
#include "campaign/thresholds_file.h"
#include "common/number_text.h"
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
        }
    }

private:
    const JobInputs& tuning() const { return opened_.tuning->inputs; }

    std::vector<FaultScope> scopes() const {
        if (settings_.kind == JobKind::profile && settings_.layers.empty()) return {};
        return parse_fault_scopes(settings_.layers, opened_.evaluation.network->layers());
    }

    void sensitivity() {
        SensitivitySpecification specification;
        specification.scopes = scopes();
        specification.trials = settings_.trials;
        specification.seed = settings_.seed;
        specification.nonfinite = settings_.nonfinite;
        specification.threads = options_.threads;
        specification.chunk = settings_.chunk;
        specification.device = settings_.device;
        specification.memory_bytes = options_.memory_bytes;
        specification.exact = settings_.exact;
        specification.list_faults = options_.list_faults;
        specification.count_faults = true;
        specification.known = writer_.known_trials();
        if (!suggest_rates(specification.scopes)) return sink_(JobFinished{JobEnd::stopped, 0});
        specification.rates = all_rates(settings_.rates, resolved_.suggested_rates);
        run_sensitivity(opened_.evaluation, specification, sink_, stop_);
    }

    void bits() {
        BitPositionSpecification specification;
        specification.scopes = scopes();
        specification.trials = settings_.trials;
        specification.seed = settings_.seed;
        specification.nonfinite = settings_.nonfinite;
        specification.threads = options_.threads;
        specification.chunk = settings_.chunk;
        specification.device = settings_.device;
        specification.memory_bytes = options_.memory_bytes;
        specification.known = writer_.known_trials();
        run_bit_positions(opened_.evaluation, specification, sink_, stop_);
    }

    // Only once in the life of a job, so that all its trials lie at the same rates. False where it was stopped.
    bool suggest_rates(const std::vector<FaultScope>& scopes) {
        if (!settings_.rates.starts_with("auto") || !resolved_.suggested_rates.empty()) return true;
        const EvaluatorOptions options{
            .chunk = settings_.chunk, .device = settings_.device, .memory_bytes = options_.memory_bytes, .exact = settings_.exact};
        const auto tell = [&](double rate) { sink_(Progress{0, 1, -1, "looking for fault rates · " + number_text(rate)}); };
        const auto rates = suggest_joint_rates(tuning(), options, scopes, settings_.seed, settings_.nonfinite,
                                               resolve_threads(options_.threads), tell, stop_);
        if (!rates) return false;
        resolved_.suggested_rates = *rates;
        study_.set_resolved(job_.id, resolved_);
        return true;
    }

    void compare() {
        CompareSpecification specification;
        const std::vector<SiteInfo>& sites = opened_.evaluation.network->sites();
        specification.scopes = scopes();
        specification.trials = settings_.trials;
        specification.seed = settings_.seed;
        specification.nonfinite = settings_.nonfinite;
        specification.threads = options_.threads;
        specification.chunk = settings_.chunk;
        specification.device = settings_.device;
        specification.memory_bytes = options_.memory_bytes;
        specification.exact = settings_.exact;
        specification.list_faults = options_.list_faults;
        specification.count_faults = true;
        specification.known = writer_.known_trials();
        if (!settings_.thresholds.empty()) {
            const ThresholdsFile thresholds = thresholds_from_json(settings_.thresholds, study_.path());
            check_thresholds_fit(thresholds, *opened_.evaluation.network, study_.path());
            specification.act_max = thresholds.act_max(sites);
            specification.tuned = thresholds.tuned(sites);
        }
        if (!complete(specification)) return sink_(JobFinished{JobEnd::stopped, 0});
        run_compare(opened_.evaluation, specification, sink_, stop_);
    }

    bool complete(CompareSpecification& specification) {
        if (!resolved_.act_max.empty()) specification.act_max = Clipping{resolved_.act_max};
        const bool suggests = settings_.rates.starts_with("auto") && resolved_.suggested_rates.empty();
        if (!suggests) specification.rates = all_rates(settings_.rates, resolved_.suggested_rates);
        if (!complete_comparison(tuning(), tuning_settings(), specification, sink_, stop_)) return false;
        resolved_.act_max = specification.act_max->thresholds;
        if (suggests) resolved_.suggested_rates = specification.rates;
        study_.set_resolved(job_.id, resolved_);
        specification.rates = all_rates(settings_.rates, resolved_.suggested_rates);
        return true;
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
        specification.output_path = options_.output_path;
        run_harden(tuning(), specification, sink_, stop_);
    }

    TuningSettings tuning_settings() const {
        TuningSettings settings;
        if (!settings_.rates.starts_with("auto")) settings.rates = all_rates(settings_.rates, {});
        settings.trials = settings_.trials;
        settings.seed = settings_.seed;
        settings.nonfinite = settings_.nonfinite;
        settings.auc_axis = settings_.auc_axis;
        settings.trained_on = opened_.tuning->trained_on;
        settings.threads = options_.threads;
        settings.chunk = settings_.chunk;
        settings.device = settings_.device;
        settings.memory_bytes = options_.memory_bytes;
        settings.exact = settings_.exact;
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

}  // namespace

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

void run_study_job(Study& study, JobId id, const OpenedJob& opened, const JobRunOptions& options, const EventSink& sink,
                   std::stop_token stop) {
    if (!study.is_writable()) throw Error(study.read_only_reason());
    study.set_sources(id, opened.model, opened.images, opened.tuning_images);
    study.set_machine(id, study.job(id).settings.device, resolve_threads(options.threads));
    const JobRecord job = study.job(id);
    StudyWriter writer(study, id, sink, stop);
    try {
        Run(study, job, opened, options, writer, stop).run();
    } catch (const std::exception& error) {
        writer.fail(error.what());
        throw;
    }
}

void run_study_job(Study study, JobId id, const JobRunOptions& options, const EventSink& sink, std::stop_token stop) {
    const OpenedJob opened = open_job(study.job(id).settings);
    run_study_job(study, id, opened, options, sink, stop);
}

}  // namespace clipscope
