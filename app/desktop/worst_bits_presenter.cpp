#include "worst_bits_presenter.h"

#include <algorithm>
#include <chrono>

#include "controls/harden_panel.h"
#include "controls/worst_bits_pane.h"
#include "laboratory.h"
#include "method_request.h"
#include "result_presenter.h"
#include "study/study_results.h"
#include "study_desk.h"

namespace clipscope {

std::vector<CurvePoint> random_faults_curve(const Study& study, const std::vector<JobRecord>& jobs, const WorstBitsOrigin& origin) {
    for (auto job = jobs.rbegin(); job != jobs.rend(); ++job) {
        if (job->is_removed || !job->model || job->model->sha256 != origin.model_sha256) continue;
        if (!job->settings.kind->measures_curves() || point_axis(job->settings) != PointAxis::fault_count) continue;
        const CampaignSummary summary = read_summary(study, job->id);
        const CampaignInfo& info = summary.info;
        if (info.images != origin.images || info.memory != origin.memory || info.nonfinite != origin.nonfinite)
            continue;
        for (const CurveSummary& curve : summary.curves)
            if (curve.info.layer == origin.scope && curve.info.protection == Protection::none && !curve.points.empty()) return curve.points;
    }
    return {};
}

WorstBitsPresenter::WorstBitsPresenter(Laboratory& laboratory, ResultPresenter& results, StudyDesk& desk, const HardenPanel& form,
                                       WorstBitsPane& pane, QObject* parent)
    : SearchPresenter(laboratory, pane, parent), results_(results), desk_(desk), form_(form), pane_(pane) {
    connect(&desk_, &StudyDesk::changed, this, &WorstBitsPresenter::look_for_random);
    connect(&desk_, &StudyDesk::study_changed, this, &WorstBitsPresenter::look_for_random);
}

SearchPresenter::Search WorstBitsPresenter::asked() {
    const HardenForm form = form_.form();
    const WorstBitsSettings settings = worst_bits_settings(form);
    const JobInputs inputs = laboratory().inputs(evaluation_selection(form), form.seed);
    WorstBitsOrigin origin;
    origin.model = inputs.model_name;
    origin.data = inputs.data_name;
    origin.images = std::int64_t(inputs.images.size());
    origin.memory = worst_bits_memory(form);
    origin.nonfinite = settings.nonfinite;
    const auto result = std::make_shared<std::optional<FoundWorstBits>>();
    Search search;
    search.has_rounds = true;
    search.title = settings.together ? tr("Worst bits: %1 of %2, alone and together").arg(settings.count).arg(form.worst.layers)
                                     : tr("Worst bits: %1 of %2").arg(settings.count).arg(form.worst.layers);
    search.work = [find = laboratory().engine().worst_bits, inputs, memory = origin.memory, layers = form.worst.layers.toStdString(),
                   settings, result](const EventSink& sink, std::stop_token stop) {
        *result = find(inputs, memory, layers, settings, progress_to(sink), std::move(stop));
    };
    search.show = [this, result, origin]() mutable {
        if (!*result) return false;
        origin.scope = (*result)->scope;
        origin.model_sha256 = (*result)->model_sha256;
        origin.seconds = (*result)->seconds;
        results_.show_worst_bits((*result)->bits, origin);
        look_for_random();
        return true;
    };
    return search;
}

// Where the study has one with the same settings; it may come later, too.
void WorstBitsPresenter::look_for_random() {
    random_task_.cancel();
    if (!pane_.has_result()) return;
    const std::vector<JobRecord> jobs = desk_.has_study() ? desk_.jobs() : std::vector<JobRecord>();
    const bool has_some =
        std::ranges::any_of(jobs, [](const JobRecord& job) { return point_axis(job.settings) == PointAxis::fault_count; });
    const std::shared_ptr<const Study> study = has_some ? desk_.for_thread([](const QString&) {}) : nullptr;
    if (!study) {
        pane_.set_random({});
        return;
    }
    random_task_.start<std::vector<CurvePoint>>(
        [study, jobs, origin = pane_.result().origin](std::stop_token) { return random_faults_curve(*study, jobs, origin); },
        [this](const std::vector<CurvePoint>& points) { pane_.set_random(points); }, [](const QString&) {});
}

}  // namespace clipscope
