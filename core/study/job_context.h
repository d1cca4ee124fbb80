// One run of one job of a study: what the runs of all kinds have in common. For the definitions in kinds/.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "campaign/events.h"
#include "campaign/precise_campaign.h"
#include "campaign/self_check.h"
#include "study/job_run.h"
#include "study/study_results.h"
#include "study/study_writer.h"

namespace clipscope {

class JobContext {
public:
    // All of them outlive it.
    JobContext(Study& study, const JobRecord& job, const OpenedJob& opened, const JobRunOptions& options, StudyWriter& writer,
               std::stop_token stop);

    Study& study() const { return study_; }
    const JobRecord& job() const { return job_; }
    const JobSettings& settings() const { return job_.settings; }
    const JobRunOptions& options() const { return options_; }
    StudyWriter& writer() const { return writer_; }
    const EventSink& sink() const { return sink_; }
    const std::stop_token& stop() const { return stop_; }

    const JobInputs& evaluation() const { return opened_.evaluation; }
    const JobInputs& tuning() const { return opened_.tuning.value().inputs; }  // where the kind needs tuning images
    std::vector<FaultScope> scopes() const;                             // none of a job without faults

    // With what is known of the job from before, unless it measures curves.
    TuningSettings tuning_settings() const;

    // What the jobs that measure curves have in common.
    template <typename Specification>
    Specification specification() const {
        Specification specification;
        specification.scopes = scopes();
        specification.trials = settings().trials;
        specification.seed = settings().seed;
        specification.nonfinite = settings().nonfinite;
        specification.threads = options_.threads;
        specification.chunk = settings().chunk;
        specification.device = settings().device;
        specification.memory_bytes = options_.memory_bytes;
        specification.known = writer_.known_trials();
        specification.self_check.share = settings().self_check;
        specification.share = options_.share;
        return specification;
    }

    // The same of those over fault rates or numbers of faults.
    template <typename Specification>
    Specification specification_over_points() const {
        auto specification = this->specification<Specification>();
        specification.exact = settings().exact;
        specification.list_faults = options_.list_faults;
        specification.count_faults = true;
        specification.precision = precision();
        specification.axis = point_axis(settings());
        specification.draw = draw();
        if (!must_suggest_rates()) specification.rates = all_points(settings(), resolved_.suggested_rates);
        return specification;
    }

    // What it found out for itself in an earlier run, or in this one.
    const ResolvedSettings& resolved() const { return resolved_; }
    void set_act_max(const std::vector<std::optional<float>>& act_max) { resolved_.act_max = act_max; }

    // Only once in the life of a job, so that all its trials lie at the same rates.
    bool must_suggest_rates() const { return has_automatic_rates(settings()) && resolved_.suggested_rates.empty(); }

    // The suggested ones become part of the job, together with those that were asked for.
    template <typename Specification>
    void keep_rates(Specification& specification) {
        specification.rates = kept_rates(specification.rates);
    }

    // It was stopped before its first trial.
    void send_stopped() const { sink_(JobFinished{JobEnd::stopped, 0}); }

private:
    std::vector<double> kept_rates(const std::vector<double>& suggested);
    std::optional<PrecisionSettings> precision() const;
    PointDraw draw() const;
    void check_same_resolved() const;

    Study& study_;
    const JobRecord& job_;
    const OpenedJob& opened_;
    const JobRunOptions& options_;
    StudyWriter& writer_;
    const EventSink sink_;
    const std::stop_token stop_;
    ResolvedSettings resolved_;
};

}  // namespace clipscope
