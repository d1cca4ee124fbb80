#include "study_presenter.h"

#include "common/error.h"
#include "controls/activity_log.h"
#include "controls/progress_strip.h"
#include "controls/sensitivity_panel.h"
#include "job_controller.h"
#include "laboratory.h"
#include "plots/accuracy_plot.h"
#include "result_views.h"
#include "sensitivity_request.h"
#include "tables/layer_table.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

constexpr int measure_delay_ms = 400;

std::int64_t trial_count(const AccuracyCurves& curves) {
    std::int64_t count = 0;
    for (const AccuracyCurve& curve : curves.curves) {
        for (const auto& trials : curve.trials) count += std::int64_t(trials.size());
    }
    return count;
}

}  // namespace

StudyPresenter::StudyPresenter(Laboratory& laboratory, JobController& jobs, const StudyViews& views, QObject* parent)
    : QObject(parent), laboratory_(laboratory), jobs_(jobs), views_(views) {
    measure_soon_.setSingleShot(true);
    measure_soon_.setInterval(measure_delay_ms);
    connect(&measure_soon_, &QTimer::timeout, this, &StudyPresenter::measure_clean);

    views_.panel->set_validator([this](const SensitivityForm& form) {
        const auto& model = laboratory_.model();
        return form_problem(form, model ? model->layers : std::vector<LayerInfo>{}, views_.table->checked_layers());
    });
    views_.panel->set_ready(false);
    connect(views_.panel, &SensitivityPanel::form_changed, this, &StudyPresenter::form_changed);
    connect(views_.panel, &SensitivityPanel::run_requested, this, &StudyPresenter::run);
    connect(views_.panel, &SensitivityPanel::stop_requested, this, &StudyPresenter::stop);
    connect(views_.strip, &ProgressStrip::stop_requested, this, &StudyPresenter::stop);
    connect(views_.table, &LayerTable::checked_layers_changed, this, [this] {
        views_.panel->validate();
        show_estimate();
    });
    connect_laboratory();
    connect_jobs();
    connect_selection();
}

void StudyPresenter::connect_laboratory() {
    connect(&laboratory_, &Laboratory::opening, views_.log, &ActivityLog::append);
    connect(&laboratory_, &Laboratory::model_changed, this, &StudyPresenter::show_model);
    connect(&laboratory_, &Laboratory::data_changed, this, [this] {
        stop();  // its results stay on screen and name the images they were measured on
        views_.log->append(
            tr("%1: %2 images").arg(QString::fromStdString(laboratory_.data()->name()), grouped(std::int64_t(laboratory_.data()->size()))));
    });
    connect(&laboratory_, &Laboratory::readiness_changed, this, &StudyPresenter::readiness_changed);
    connect(&laboratory_, &Laboratory::clean_measured, this, &StudyPresenter::show_estimate);
    connect(&laboratory_, &Laboratory::failed, this, [this](const QString& text) {
        run_when_ready_ = false;
        views_.log->append_error(text);
        emit failed(text);
    });
}

void StudyPresenter::connect_jobs() {
    connect(&jobs_, &JobController::campaign_started, this, [this](const AccuracyCurves& curves) {
        const double seconds = laboratory_.clean() ? laboratory_.clean()->seconds : 0;
        if (!curves.curves.empty()) laboratory_.set_clean({curves.curves.front().info.clean, seconds, views_.panel->form().threads});
    });
    connect(&jobs_, &JobController::curves_changed, this, &StudyPresenter::show_curves);
    connect(&jobs_, &JobController::progressed, views_.strip, &ProgressStrip::set_progress);
    connect(&jobs_, &JobController::message, views_.log, &ActivityLog::append);
    connect(&jobs_, &JobController::finished, this, [this](JobEnd end, double seconds) {
        const QString trials = grouped(trial_count(jobs_.curves()));
        if (end == JobEnd::done) {
            latest_cost_ = Cost{running_passes_, seconds, jobs_.curves().info.images};
            job_ended(tr("Done in %1: %2 trials").arg(duration_text(seconds), trials));
        } else {
            job_ended(tr("Stopped after %1 trials; results kept").arg(trials));
        }
    });
    connect(&jobs_, &JobController::failed, this, [this](const QString& text) {
        views_.log->append_error(text);
        job_ended(tr("Failed; results so far kept"));
        emit failed(text);
    });
}

void StudyPresenter::connect_selection() {
    connect(views_.table, &LayerTable::layer_selected, &laboratory_, &Laboratory::select_layer);
    connect(views_.plot, &AccuracyPlot::series_clicked, &laboratory_, &Laboratory::select_layer);
    connect(views_.plot, &AccuracyPlot::background_clicked, this, [this] { laboratory_.select_layer({}); });
    connect(&laboratory_, &Laboratory::selection_changed, this, [this](const QString& layer) {
        views_.table->select_layer(layer);
        views_.plot->emphasise(layer);
    });
}

void StudyPresenter::run() {
    if (jobs_.running()) return;
    try {
        const SensitivityForm form = views_.panel->form();
        const JobInputs inputs = laboratory_.inputs(image_selection(form), form.seed);
        const SensitivitySpecification specification =
            sensitivity_specification(form, laboratory_.model()->layers, views_.table->checked_layers());
        measure_soon_.stop();
        laboratory_.cancel_clean();
        clear_results();
        running_passes_ = estimated_seconds(specification, laboratory_.model()->layers.size(), 1);
        const QString what = tr("Sensitivity of %1: %2 curves, %3 rates, %4 trials, %5 images")
                                 .arg(QString::fromStdString(inputs.model_name))
                                 .arg(specification.scopes.size())
                                 .arg(specification.rates.size())
                                 .arg(specification.trials)
                                 .arg(inputs.images.size());
        views_.panel->set_running(true);
        views_.strip->start(what);
        views_.log->append(what);
        jobs_.start(laboratory_.sensitivity(inputs, specification));
    } catch (const Error& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
    emit state_changed();
}

void StudyPresenter::run_when_ready() {
    run_when_ready_ = true;
    readiness_changed();
}

void StudyPresenter::stop() {
    if (!jobs_.running()) return;
    views_.strip->set_stopping();
    jobs_.stop();
}

const AccuracyCurves& StudyPresenter::curves() const {
    return jobs_.curves();
}

bool StudyPresenter::has_results() const {
    return has_points(views_.plot->view());
}

// Results of another network would be drawn under this one's name, so they go, and so does a job that still makes them.
void StudyPresenter::show_model() {
    if (jobs_.running()) {
        jobs_.discard();
        job_ended(tr("Given up: another model was opened"));
    }
    jobs_.discard();
    latest_cost_.reset();
    const OpenedModel& model = *laboratory_.model();
    views_.table->set_layers(model.layers, model.parameter_count, model.fault_bits);
    clear_results();
    views_.log->append(tr("%1: %2 layers, %3 parameters")
                           .arg(QString::fromStdString(model.title))
                           .arg(model.layers.size())
                           .arg(grouped(model.parameter_count)));
    views_.panel->validate();
    emit state_changed();
}

void StudyPresenter::show_curves(const AccuracyCurves& curves) {
    AccuracyView view = accuracy_view(curves);
    view.emphasised = laboratory_.selected_layer();
    views_.plot->set_title(view.title);
    views_.plot->set_view(view);
    for (const AccuracySeries& series : view.series) views_.table->set_sensitivity(series.name, view.rates, series.points);
    emit state_changed();
}

void StudyPresenter::clear_results() {
    views_.plot->set_view({});
    views_.table->clear_sensitivity();
}

void StudyPresenter::job_ended(const QString& summary) {
    views_.panel->set_running(false);
    views_.strip->finish(summary);
    views_.log->append(summary);
    measure_soon_.start();
    show_estimate();
    emit state_changed();
}

void StudyPresenter::readiness_changed() {
    const bool ready = laboratory_.is_ready();
    views_.panel->set_ready(ready);
    if (ready && std::exchange(run_when_ready_, false)) {
        run();
    } else if (ready) {
        measure_soon_.start();
    }
    show_estimate();
    emit state_changed();
}

void StudyPresenter::form_changed() {
    measure_soon_.start();
    show_estimate();
    emit state_changed();
}

void StudyPresenter::measure_clean() {
    if (!laboratory_.is_ready() || jobs_.running() || !views_.panel->is_valid()) return;
    const SensitivityForm form = views_.panel->form();
    laboratory_.measure_clean(image_selection(form), form.seed, form.threads, form.device);
}

std::optional<SensitivitySpecification> StudyPresenter::specification() const {
    if (!laboratory_.model() || !views_.panel->is_valid()) return {};
    return sensitivity_specification(views_.panel->form(), laboratory_.model()->layers, views_.table->checked_layers());
}

void StudyPresenter::show_estimate() {
    const auto& clean = laboratory_.clean();
    const auto wanted = specification();
    if (!clean || clean->seconds <= 0 || !wanted) {
        views_.panel->set_estimate({});
        return;
    }
    double calibration = 1;
    if (latest_cost_ && latest_cost_->passes > 0 && latest_cost_->images > 0) {
        const double pass_then = clean->seconds * double(latest_cost_->images) / std::max(1, clean->outcome.images);
        calibration = latest_cost_->seconds / (latest_cost_->passes * pass_then);
    }
    views_.panel->set_estimate(estimate_text(estimated_seconds(*wanted, laboratory_.model()->layers.size(), clean->seconds, calibration)));
}

}  // namespace clipscope
