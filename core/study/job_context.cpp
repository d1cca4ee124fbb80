#include "study/job_context.h"

#include "common/number_text.h"

namespace clipscope {

JobContext::JobContext(Study& study, const JobRecord& job, const OpenedJob& opened, const JobRunOptions& options, StudyWriter& writer,
                       std::stop_token stop)
    : study_(study),
      job_(job),
      opened_(opened),
      options_(options),
      writer_(writer),
      sink_(writer.sink()),
      stop_(std::move(stop)),
      resolved_(study.resolved(job.id)) {}

std::vector<FaultScope> JobContext::scopes() const {
    if (settings().kind->faults_are_optional && settings().layers.empty()) return {};
    return parse_fault_scopes(settings().layers, opened_.evaluation.network->memory_parts(), settings().kind->outputs);
}

TuningSettings JobContext::tuning_settings() const {
    TuningSettings tuning = clipscope::tuning_settings(settings(), opened_.tuning->trained_on, options_);
    if (settings().kind->is_tuning()) tuning.known = std::make_shared<const TuningResult>(read_tuning(study_, job_.id));
    return tuning;
}

std::vector<double> JobContext::kept_rates(const std::vector<double>& suggested) {
    if (must_suggest_rates()) resolved_.suggested_rates = suggested;
    check_same_resolved();
    study_.set_resolved(job_.id, resolved_);
    return all_points(settings(), resolved_.suggested_rates);
}

std::optional<PrecisionSettings> JobContext::precision() const {
    if (settings().precision <= 0) return std::nullopt;
    return PrecisionSettings{.half_width = settings().precision,
                             .at_most_seconds = options_.at_most_seconds,
                             .known = writer_.known_samples(),
                             .known_whole = writer_.known_outcomes(),
                             .known_pilot = find_pilot(study_, job_.id)};
}

PointDraw JobContext::draw() const {
    const DrawTrial draw = settings().kind->draw;
    if (!draw) return {};
    return [draw, &settings = settings()](std::uint64_t trial, const Evaluator& evaluator, const FaultScope& scope, double most) {
        return draw(settings, trial, evaluator, scope, most);
    };
}

// Each of a team has found them for itself.
void JobContext::check_same_resolved() const {
    if (!options_.share.team) return;
    std::string text;
    for (const double rate : resolved_.suggested_rates) text += " " + number_text(rate);
    for (const std::optional<float>& bound : resolved_.act_max) text += bound ? " " + number_text(double(*bound)) : " none";
    options_.share.team->check_same("fault rates and ACT_max found first:" + text);
}

}  // namespace clipscope
