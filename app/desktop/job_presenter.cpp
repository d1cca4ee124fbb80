#include "job_presenter.h"

#include "common/error.h"
#include "controls/activity_log.h"
#include "controls/harden_panel.h"
#include "controls/progress_strip.h"
#include "controls/sensitivity_panel.h"
#include "job_controller.h"
#include "laboratory.h"
#include "memory_request.h"
#include "method_request.h"
#include "result_presenter.h"
#include "result_views.h"
#include "sensitivity_request.h"
#include "tables/layer_table.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

constexpr int measure_delay_ms = 400;
constexpr char sensitivity_kind[] = "sensitivity";
constexpr char bit_positions_kind[] = "bit positions";

QString kind_of(SensitivityJob job) {
    return QLatin1String(job == SensitivityJob::bit_positions ? bit_positions_kind : sensitivity_kind);
}

QString kind_of(MethodJob job) {
    const char* names[] = {"profile", "sweep", "harden", "compare"};
    return QLatin1String(names[int(job)]);
}

}  // namespace

JobPresenter::JobPresenter(Laboratory& laboratory, JobController& jobs, ResultPresenter& results, const JobViews& views, QObject* parent)
    : QObject(parent), laboratory_(laboratory), jobs_(jobs), results_(results), views_(views) {
    measure_soon_.setSingleShot(true);
    measure_soon_.setInterval(measure_delay_ms);
    connect(&measure_soon_, &QTimer::timeout, this, &JobPresenter::measure_clean);
    connect_forms();
    connect_laboratory();
    connect_jobs();
}

void JobPresenter::connect_forms() {
    views_.sensitivity->set_validator([this](const SensitivityForm& form) {
        const auto& model = laboratory_.model();
        return form_problem(form, model ? model->layers : std::vector<LayerInfo>{}, views_.layers->checked_layers());
    });
    views_.method->set_validator([this](const HardenForm& form) { return method_problem(form, laboratory_.model()); });
    for (JobPanel* panel : {static_cast<JobPanel*>(views_.sensitivity), static_cast<JobPanel*>(views_.method)}) {
        panel->set_ready(false);
        connect(panel, &JobPanel::form_changed, this, &JobPresenter::form_changed);
        connect(panel, &JobPanel::stop_requested, this, &JobPresenter::stop);
    }
    connect(views_.sensitivity, &JobPanel::run_requested, this, &JobPresenter::run_sensitivity);
    connect(views_.method, &JobPanel::run_requested, this, &JobPresenter::run_method);
    connect(views_.strip, &ProgressStrip::stop_requested, this, &JobPresenter::stop);
    connect(views_.layers, &LayerTable::checked_layers_changed, this, [this] {
        views_.sensitivity->validate();
        show_estimates();
    });
}

void JobPresenter::connect_laboratory() {
    connect(&laboratory_, &Laboratory::opening, views_.log, &ActivityLog::append);
    connect(&laboratory_, &Laboratory::model_changed, this, &JobPresenter::show_model);
    connect(&laboratory_, &Laboratory::data_changed, this, [this] {
        stop();  // its results stay on screen and name the images they were measured on
        views_.log->append(
            tr("%1: %2 images").arg(QString::fromStdString(laboratory_.data()->name()), grouped(std::int64_t(laboratory_.data()->size()))));
    });
    connect(&laboratory_, &Laboratory::readiness_changed, this, &JobPresenter::readiness_changed);
    connect(&laboratory_, &Laboratory::clean_measured, this, &JobPresenter::show_estimates);
    connect(&laboratory_, &Laboratory::selection_changed, this,
            [this](const QString&, const QString& site) { views_.method->select_site(site); });
    connect(&laboratory_, &Laboratory::failed, this, [this](const QString& text) {
        run_when_ready_ = false;
        views_.log->append_error(text);
        emit failed(text);
    });
}

void JobPresenter::connect_jobs() {
    connect(&jobs_, &JobController::campaign_started, this, [this](const AccuracyCurves& curves) {
        const double seconds = laboratory_.clean() ? laboratory_.clean()->seconds : 0;
        if (!curves.curves.empty()) laboratory_.set_clean({curves.curves.front().info.clean, seconds, views_.sensitivity->form().threads});
    });
    connect(&jobs_, &JobController::progressed, views_.strip, &ProgressStrip::set_progress);
    connect(&jobs_, &JobController::message, views_.log, &ActivityLog::append);
    connect(&jobs_, &JobController::finished, this, &JobPresenter::job_finished);
    connect(&jobs_, &JobController::failed, this, [this](const QString& text) {
        views_.log->append_error(text);
        job_ended(tr("Failed; results so far kept"));
        emit failed(text);
    });
}

void JobPresenter::run_sensitivity() {
    if (jobs_.running()) return;
    try {
        const SensitivityForm form = views_.sensitivity->form();
        const JobInputs inputs = laboratory_.inputs(image_selection(form), form.seed, memory_model(form));
        if (form.job == SensitivityJob::bit_positions)
            start_bit_positions(form, inputs);
        else
            start_sensitivity(form, inputs);
    } catch (const Error& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

void JobPresenter::start_sensitivity(const SensitivityForm& form, const JobInputs& inputs) {
    const SensitivitySpecification specification =
        sensitivity_specification(form, laboratory_.model()->layers, views_.layers->checked_layers());
    const QString what = tr("Sensitivity of %1: %2 curves, %3 rates, %4 trials, %5 images")
                             .arg(QString::fromStdString(inputs.model_name))
                             .arg(specification.scopes.size())
                             .arg(specification.rates.size())
                             .arg(specification.trials)
                             .arg(inputs.images.size());
    start(what, sensitivity_kind, *sensitivity_cost(), laboratory_.engine().sensitivity(inputs, specification));
}

void JobPresenter::start_bit_positions(const SensitivityForm& form, const JobInputs& inputs) {
    const BitPositionSpecification specification =
        bit_position_specification(form, laboratory_.model()->layers, views_.layers->checked_layers());
    const QString what = tr("Bit positions of %1: %2 curves, %3 trials, %4 images")
                             .arg(QString::fromStdString(inputs.model_name))
                             .arg(specification.scopes.size())
                             .arg(specification.trials)
                             .arg(inputs.images.size());
    start(what, bit_positions_kind, *sensitivity_cost(), laboratory_.engine().bit_positions(inputs, specification));
}

void JobPresenter::run_method() {
    if (jobs_.running()) return;
    try {
        const HardenForm form = views_.method->form();
        Job job = method_job(form);
        start(method_title(form, *laboratory_.model()), kind_of(form.job), *method_cost(), std::move(job));
    } catch (const Error& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

Job JobPresenter::method_job(const HardenForm& form) const {
    const MethodInputs inputs =
        laboratory_.method_inputs(evaluation_selection(form), tuning_selection(form), form.seed, memory_model(form));
    const OpenedModel& model = *laboratory_.model();
    const Engine& engine = laboratory_.engine();
    switch (form.job) {
        case MethodJob::profile:
            return engine.profile(inputs, profile_specification(form, model));
        case MethodJob::sweep:
            return engine.sweep(inputs, sweep_specification(form, model));
        case MethodJob::harden:
            return engine.harden(inputs, harden_specification(form));
        case MethodJob::compare:
            break;
    }
    return engine.compare(inputs, tuning_settings(form), compare_specification(form, model, results_.thresholds()));
}

void JobPresenter::start(const QString& what, const QString& kind, const Cost& expected, Job job) {
    measure_soon_.stop();
    laboratory_.cancel_clean();
    running_kind_ = kind;
    running_ = expected;
    views_.sensitivity->set_running(true);
    views_.method->set_running(true);
    views_.strip->start(what);
    views_.log->append(what);
    jobs_.start(std::move(job));
    emit state_changed();
}

void JobPresenter::run_when_ready() {
    run_when_ready_ = true;
    readiness_changed();
}

void JobPresenter::stop() {
    if (!jobs_.running()) return;
    views_.strip->set_stopping();
    jobs_.stop();
}

void JobPresenter::save_hardened(const QString& path) {
    const auto thresholds = results_.thresholds();
    if (!thresholds) return;
    try {
        const HardenForm form = views_.method->form();
        const MethodInputs inputs =
            laboratory_.method_inputs(evaluation_selection(form), tuning_selection(form), form.seed, memory_model(form));
        views_.log->append(tr("Writing %1…").arg(path));
        save_task_.start<std::optional<HardenedFile>>(
            [write = laboratory_.engine().write_hardened, inputs, thresholds, file = path.toStdString()](std::stop_token stop) {
                return write(inputs, *thresholds, file, stop);
            },
            [this](const std::optional<HardenedFile>& file) {
                if (!file) return;
                views_.log->append(tr("Wrote %1: opened again, it gives the same logits on all %2 tuning images")
                                       .arg(QString::fromStdString(file->path), grouped(file->images_compared)));
            },
            [this](const QString& text) {
                views_.log->append_error(text);
                emit failed(text);
            });
    } catch (const Error& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

void JobPresenter::open_thresholds(const QString& path) {
    if (!laboratory_.model()) return;
    thresholds_task_.start<ThresholdsFile>(
        [read = laboratory_.engine().read_thresholds, model = *laboratory_.model(), file = path.toStdString()](std::stop_token) {
            return read(model, file);
        },
        [this, path](const ThresholdsFile& thresholds) {
            results_.use_thresholds(thresholds);
            views_.log->append(
                tr("%1: thresholds of %2 sites, for comparisons and the hardened network").arg(path).arg(thresholds.sites.size()));
        },
        [this](const QString& text) {
            views_.log->append_error(text);
            emit failed(text);
        });
}

// Results of another network would be drawn under this one's name, so they go, and so does a job that still makes them.
void JobPresenter::show_model() {
    const bool was_running = jobs_.running();
    jobs_.discard();
    if (was_running) job_ended(tr("Given up: another model was opened"));
    save_task_.cancel();
    thresholds_task_.cancel();
    finished_.clear();
    const OpenedModel& model = *laboratory_.model();
    results_.show_model();
    QStringList sites;
    for (const SiteInfo& site : model.sites) sites << QString::fromStdString(site.name);
    views_.method->set_sites(sites);
    views_.log->append(tr("%1: %2 layers, %3 parameters, %4 activation sites")
                           .arg(QString::fromStdString(model.title))
                           .arg(model.layers.size())
                           .arg(grouped(model.parameter_count))
                           .arg(model.sites.size()));
    views_.sensitivity->validate();
    views_.method->validate();
    emit state_changed();
}

QString JobPresenter::summary() const {
    const bool is_about_curves = running_kind_ == QLatin1String(sensitivity_kind) || running_kind_ == QLatin1String(bit_positions_kind) ||
                                 running_kind_ == kind_of(MethodJob::compare);
    return is_about_curves ? trials_summary(results_.curves()) : tuning_summary(jobs_.tuning());
}

void JobPresenter::job_finished(JobEnd end, double seconds) {
    if (end == JobEnd::stopped) {
        job_ended(tr("Stopped after %1; results kept").arg(summary()));
        return;
    }
    running_.seconds = seconds;
    finished_[running_kind_] = running_;
    job_ended(tr("Done in %1: %2").arg(duration_text(seconds), summary()));
}

void JobPresenter::job_ended(const QString& summary) {
    views_.sensitivity->set_running(false);
    views_.method->set_running(false);
    views_.strip->finish(summary);
    views_.log->append(summary);
    measure_soon_.start();
    show_estimates();
    emit state_changed();
}

void JobPresenter::readiness_changed() {
    const bool ready = laboratory_.is_ready();
    views_.sensitivity->set_ready(ready);
    views_.method->set_ready(ready);
    if (ready && std::exchange(run_when_ready_, false)) {
        run_sensitivity();
    } else if (ready) {
        measure_soon_.start();
    }
    show_estimates();
    emit state_changed();
}

void JobPresenter::form_changed() {
    measure_soon_.start();
    show_estimates();
    emit state_changed();
}

void JobPresenter::measure_clean() {
    if (!laboratory_.is_ready() || jobs_.running() || !views_.sensitivity->is_valid()) return;
    const SensitivityForm form = views_.sensitivity->form();
    laboratory_.measure_clean(image_selection(form), form.seed, form.threads, form.device);
}

// As many as the selection takes of the images that are open.
std::int64_t JobPresenter::image_count(const QString& text) const {
    const std::size_t wanted = ImageSelection::parse(text.toStdString()).count;
    const std::size_t offered = laboratory_.data() ? laboratory_.data()->size() : 0;
    return std::int64_t(wanted == 0 ? offered : std::min(wanted, offered));
}

std::optional<JobPresenter::Cost> JobPresenter::sensitivity_cost() const {
    if (!laboratory_.model() || !views_.sensitivity->is_valid()) return {};
    const SensitivityForm form = views_.sensitivity->form();
    const std::vector<LayerInfo>& layers = laboratory_.model()->layers;
    const QStringList checked = views_.layers->checked_layers();
    const double passes = form.job == SensitivityJob::bit_positions
                              ? estimated_passes(bit_position_specification(form, layers, checked), layers.size())
                              : estimated_passes(sensitivity_specification(form, layers, checked), layers.size());
    return Cost{passes, image_count(form.images), 0};
}

std::optional<JobPresenter::Cost> JobPresenter::method_cost() const {
    if (!laboratory_.model() || !views_.method->is_valid()) return {};
    const HardenForm form = views_.method->form();
    const std::int64_t images = image_count(form.job == MethodJob::compare ? form.images : form.tuning_images);
    return Cost{estimated_passes(form, laboratory_.model()->sites.size()), images, 0};
}

void JobPresenter::show_estimates() {
    show_estimate(*views_.sensitivity, kind_of(views_.sensitivity->form().job), sensitivity_cost());
    show_estimate(*views_.method, kind_of(views_.method->form().job), method_cost());
}

// What a pass took, times the passes, corrected by how long the latest job of this kind really took.
void JobPresenter::show_estimate(JobPanel& panel, const QString& kind, const std::optional<Cost>& expected) const {
    const auto& clean = laboratory_.clean();
    if (!clean || clean->seconds <= 0 || clean->outcome.images == 0 || !expected) {
        panel.set_estimate({});
        return;
    }
    const double seconds_per_image = clean->seconds / clean->outcome.images;
    double seconds = expected->passes * double(expected->images) * seconds_per_image;
    const auto before = finished_.find(kind);
    if (before != finished_.end() && before->second.passes > 0 && before->second.images > 0)
        seconds *= before->second.seconds / (before->second.passes * double(before->second.images) * seconds_per_image);
    panel.set_estimate(estimate_text(seconds));
}

}  // namespace clipscope
