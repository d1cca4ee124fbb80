#include "job_presenter.h"

#include "common/error.h"
#include "controls/activity_log.h"
#include "controls/harden_panel.h"
#include "controls/progress_strip.h"
#include "controls/sensitivity_panel.h"
#include "job_controller.h"
#include "laboratory.h"
#include "result_presenter.h"
#include "result_views.h"
#include "sensitivity_request.h"
#include "source_finder.h"
#include "study_desk.h"
#include "study_follower.h"
#include "tables/job_table.h"
#include "tables/layer_table.h"
#include "theme/number_text.h"

namespace clipscope {

JobPresenter::JobPresenter(Laboratory& laboratory, JobController& jobs, StudyDesk& desk, ResultPresenter& results, StudyFollower& follower,
                           SourceFinder& finder, const JobViews& views, QObject* parent)
    : QObject(parent),
      laboratory_(laboratory),
      jobs_(jobs),
      desk_(desk),
      results_(results),
      follower_(follower),
      finder_(finder),
      views_(views),
      queue_(desk),
      forms_(laboratory, results, *views.sensitivity, *views.method, *views.layers),
      forecast_(laboratory) {
    measure_soon_.setSingleShot(true);
    measure_soon_.setInterval(400);
    connect(&measure_soon_, &QTimer::timeout, this, &JobPresenter::measure_clean);
    connect_forms();
    connect_laboratory();
    connect_jobs();
}

void JobPresenter::connect_forms() {
    for (JobPanel* panel : {static_cast<JobPanel*>(views_.sensitivity), static_cast<JobPanel*>(views_.method)}) {
        connect(panel, &JobPanel::form_changed, this, &JobPresenter::form_changed);
        connect(panel, &JobPanel::stop_requested, this, &JobPresenter::stop);
    }
    // Its images are those that the header tells the clean accuracy of.
    connect(views_.sensitivity, &JobPanel::form_changed, &measure_soon_, qOverload<>(&QTimer::start));
    connect(views_.sensitivity, &JobPanel::run_requested, this, &JobPresenter::run_sensitivity);
    connect(views_.method, &JobPanel::run_requested, this, &JobPresenter::run_method);
    connect(views_.strip, &ProgressStrip::stop_requested, this, &JobPresenter::stop);
    connect(views_.strip, &ProgressStrip::discard_requested, &queue_, &JobQueue::discard);
    connect(views_.strip, &ProgressStrip::go_on_requested, this, [this] {
        queue_.resume();
        if (!jobs_.running() && !finder_.serves_queue()) start_next();
    });
    connect(&queue_, &JobQueue::changed, this, &JobPresenter::show_jobs);
    connect(views_.jobs, &JobTable::job_selected, this, &JobPresenter::show_job);
    connect(views_.jobs, &JobTable::run_requested, this, &JobPresenter::run_job);
    connect(views_.jobs, &JobTable::change_requested, this, [this](qint64 id) { change_job(id, false); });
    connect(views_.jobs, &JobTable::duplicate_requested, this, [this](qint64 id) { change_job(id, true); });
    connect(views_.jobs, &JobTable::move_requested, &desk_, &StudyDesk::move);
    connect(views_.jobs, &JobTable::remove_requested, this, [this](qint64 id) {
        if (running_ && running_->id == id) stop();
        desk_.remove(id);
    });
    connect(&desk_, &StudyDesk::changed, this, &JobPresenter::show_jobs);
    connect(&desk_, &StudyDesk::failed, views_.log, &ActivityLog::append_error);
    connect(&desk_, &StudyDesk::study_changed, this, &JobPresenter::leave_study);
    connect(&follower_, &StudyFollower::progressed, this, &JobPresenter::show_jobs);
    connect(&follower_, &StudyFollower::told, views_.log, &ActivityLog::append);
    connect(&follower_, &StudyFollower::failed, this, &JobPresenter::tell_failure);
    connect(&finder_, &SourceFinder::changed, this, &JobPresenter::tell_failure);
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
    const auto forget_plans = [this] {
        run_when_ready_ = false;
        pending_.reset();
    };
    connect(&laboratory_, &Laboratory::model_given_up, this, forget_plans);
    connect(&laboratory_, &Laboratory::failed, this, [this, forget_plans](const QString& text) {
        forget_plans();
        tell_failure(text);
    });
}

void JobPresenter::connect_jobs() {
    connect(&jobs_, &JobController::campaign_started, this, [this](const AccuracyCurves& curves) {
        show_jobs();  // automatic rates are known by now
        // Of a network in another memory, or on the images of the other form, it is not what the header tells.
        if (curves.curves.empty() || !running_ || running_->settings.kind->compares_protections || curves.info.memory != MemoryModel{})
            return;
        const double seconds = laboratory_.clean() ? laboratory_.clean()->seconds : 0;
        laboratory_.set_clean({curves.curves.front().info.clean, seconds, views_.sensitivity->form().threads});
    });
    connect(&jobs_, &JobController::progressed, views_.strip, &ProgressStrip::set_progress);
    connect(&jobs_, &JobController::message, views_.log, &ActivityLog::append);
    connect(&jobs_, &JobController::finished, this, &JobPresenter::job_finished);
    connect(&jobs_, &JobController::failed, this, &JobPresenter::job_failed);
}

// A job that runs goes on to its end in the study that it began in, which the ids here no longer speak of.
void JobPresenter::leave_study() {
    finder_.cancel();
    pending_.reset();
    duplicated_job_ = 0;
    side_by_side_.clear();
    if (!jobs_.running()) return;
    results_.hold_curves();
    jobs_.discard();
    job_ended(tr("Given up: another study was opened; its results so far are in the one before"), false);
}

// The ones that wait are not held up by it, nor by the dialog that tells of it.
void JobPresenter::job_failed(const QString& text) {
    const JobId id = running_ ? running_->id : 0;
    side_by_side_.clear();
    job_ended(tr("Failed; results so far kept"), false);
    if (queue_.next() != id) start_next();
    tell_failure(text);
}

void JobPresenter::tell_failure(const QString& text) {
    views_.log->append_error(text);
    emit failed(text);
}

void JobPresenter::run_search_of(const QString& site) {
    run_asked([&] { return forms_.asked_search_of(site); });
}

void JobPresenter::run_asked(const std::function<std::vector<JobSettings>()>& asked) {
    try {
        std::vector<JobSettings> jobs = asked();
        jobs.empty() ? emit search_wanted() : run(std::move(jobs));
    } catch (const Error& error) {
        tell_failure(QString::fromUtf8(error.what()));
    }
}

void JobPresenter::run(std::vector<JobSettings> jobs) {
    const JobId original = original_of(jobs.front());
    const std::optional<JobId> running = running_ ? std::optional(running_->id) : std::nullopt;
    std::vector<JobId> ids;
    for (JobSettings& settings : jobs) {
        laboratory_.describe(settings);
        ids.push_back(original != 0 ? desk_.duplicate(original, settings) : desk_.job_for(settings, running));
    }
    for (std::size_t i = running ? 0 : 1; i < ids.size(); ++i) {
        queue_.add(ids[i]);
        views_.log->append(tr("Waits for its turn: %1").arg(job_title(*desk_.job(ids[i]))));
    }
    if (running) return;
    side_by_side_.assign(ids.begin() + 1, ids.end());
    run_job(ids.front());
}

// What "Duplicate…" has put into the form that these settings come from; once only.
JobId JobPresenter::original_of(const JobSettings& settings) {
    const auto original = desk_.job(std::exchange(duplicated_job_, 0));
    return original && JobForms::is_of_sensitivity(original->settings.kind) == JobForms::is_of_sensitivity(settings.kind) ? original->id
                                                                                                                          : 0;
}

void JobPresenter::run_job(qint64 id) {
    if (finder_.serves_queue()) return views_.log->append(tr("The next job in the queue is about to start: others can be run after it"));
    begin(id, true, false);
}

void JobPresenter::start_next() {
    while (!side_by_side_.empty()) {
        const JobId next = side_by_side_.front();
        side_by_side_.erase(side_by_side_.begin());
        if (desk_.job(next)) return begin(next, false, true);
    }
    if (const auto next = queue_.next()) begin(*next, false, false);
}

// Nobody may be there to answer when a job's turn comes, so `may_ask` is only for those that the user starts.
void JobPresenter::begin(JobId id, bool may_ask, bool beside) {
    const auto job = desk_.job(id);
    if (!job || jobs_.running()) return;
    const auto go_on = [this, id, may_ask, waited = job->state == JobState::queued](const QString& why) {
        queue_.take(id);
        if (waited) desk_.set_failed(id, why);
        if (!may_ask && queue_.next() != id) start_next();
    };
    const auto found = [this, beside, may_ask, go_on](const JobRecord& job) {
        if (jobs_.running()) return;
        try {
            start(job, beside, !may_ask);
        } catch (const Error& error) {
            const QString why = QString::fromUtf8(error.what());
            go_on(why);
            tell_failure(why);
        }
    };
    finder_.find(*job, may_ask, found, [this, go_on](const QString& why) {
        views_.log->append_error(why);
        go_on(why);
    });
}

void JobPresenter::start(const JobRecord& job, bool beside, bool is_from_queue) {
    Job work = laboratory_.engine().study_job(desk_.study(), job.id, forms_.threads_for(job.settings.kind));
    measure_soon_.stop();
    laboratory_.cancel_clean();
    follower_.forget();
    running_ = job;
    results_.expect(job, beside);
    if (job.settings.kind->measures_curves()) results_.set_auc_axis(job.settings.auc_axis);
    const QString what = job_title(job) + QStringLiteral(": ") + job_details(job);
    queue_.take(job.id);
    queue_.set_running(job.id);
    // The forms stay open: what is asked for meanwhile waits.
    forms_.set_running(true);
    views_.strip->start(what);
    views_.log->append(what);
    jobs_.start(std::move(work));
    show_jobs();
    views_.jobs->select_job(job.id);
    emit began(job.settings, is_from_queue);
    emit state_changed();
}

void JobPresenter::show_jobs() {
    std::vector<JobRow> rows;
    for (const JobRecord& job : desk_.jobs()) {
        rows.push_back(job_row(job, running_ && running_->id == job.id, follower_.progress_of(job.id), desk_.suggested_rates(job)));
        if (queue_.waits_again(job.id)) rows.back().state = tr("queued for more");
        if (queue_.is_paused(job.id)) rows.back().state = tr("paused");
    }
    views_.jobs->set_jobs(rows);
    views_.jobs->set_read_only(desk_.has_study() && !desk_.is_writable());
    show_queue();
    emit state_changed();
}

void JobPresenter::show_queue() {
    views_.strip->set_next(jobs_.running() ? queue_.next_text() : QString());
    views_.strip->set_paused(queue_.paused_text());
}

void JobPresenter::show_job(qint64 id) {
    const auto job = desk_.job(id);
    if (!job || (running_ && running_->id == id)) return;
    if (jobs_.running() || finder_.serves_queue()) {
        views_.log->append(tr("Results of other jobs can be looked at when the running one has come to its end"));
        return;
    }
    finder_.find(
        *job, true, [this](const JobRecord& found) { show_found(found); }, [this](const QString& why) { views_.log->append_error(why); });
}

void JobPresenter::show_found(const JobRecord& job) {
    if (jobs_.running()) return;
    finder_.check_model(job);
    if (laboratory_.has_model_of(job.settings))
        follower_.show(job);
    else
        pending_ = job;
    laboratory_.open(job.settings);
}

void JobPresenter::change_job(qint64 id, bool as_new) {
    const auto job = desk_.job(id);
    if (!job) return;
    if (!JobForms::has_form(job->settings))
        return views_.log->append(tr("%1: a job of this kind has no form here; 'clipscope-cli' runs others").arg(job_title(*job)));
    const bool is_open = laboratory_.has_model_of(job->settings) && laboratory_.has_images_of(job->settings);
    if (jobs_.running() && !is_open) {
        tell_failure(tr("%1 is about the model '%2' and the images in '%3', which are not open: wait for the running job, then change it.")
                         .arg(job_title(*job), QString::fromStdString(job->settings.model),
                              QString::fromStdString(source_path(job->settings, SourceKind::images))));
        return;
    }
    if (!jobs_.running()) show_job(id);  // its model and images, which the form says nothing of
    propose(job->settings);
    if (!as_new) return;
    duplicated_job_ = id;
    views_.log->append(tr("%1: what runs next from this form is a copy of it, a job of its own").arg(job_title(*job)));
}

void JobPresenter::propose(const JobSettings& settings) {
    forms_.fill(settings);
    duplicated_job_ = 0;
    emit form_wanted(JobForms::is_of_sensitivity(settings.kind));
}

void JobPresenter::run_when_ready() {
    run_when_ready_ = true;
    readiness_changed();
}

void JobPresenter::stop() {
    side_by_side_.clear();
    if (!jobs_.running()) return;
    queue_.pause();
    views_.strip->set_stopping();
    jobs_.stop();
}

// Results of another network would be drawn under this one's name, so they go, and so does a job that still makes them.
void JobPresenter::show_model() {
    const bool was_running = jobs_.running();
    jobs_.discard();
    if (was_running) queue_.pause();
    if (was_running) job_ended(tr("Given up: another model was opened; its results so far are in the study"), false);
    forecast_.forget();
    side_by_side_.clear();
    const OpenedModel& model = *laboratory_.model();
    results_.show_model();
    forms_.show_model();
    views_.log->append(tr("%1: %2 layers, %3 parameters, %4 activation sites")
                           .arg(QString::fromStdString(model.title))
                           .arg(model.layers.size())
                           .arg(grouped(model.parameter_count))
                           .arg(model.sites.size()));
    if (const auto job = std::exchange(pending_, std::nullopt); job && laboratory_.has_model_of(job->settings)) follower_.show(*job);
    emit state_changed();
}

QString JobPresenter::running_title() const {
    return running_ ? job_title(*running_) : QString();
}

QString JobPresenter::summary() const {
    return running_ ? job_summary(running_->settings, jobs_.curves(), jobs_.tuning()) : tuning_summary(jobs_.tuning());
}

void JobPresenter::job_finished(JobEnd end, double seconds) {
    if (end == JobEnd::stopped) {
        job_ended(tr("Stopped after %1; results kept").arg(summary()), true);
        queue_.pause();  // also itself, where it had not begun yet
        return;
    }
    if (running_) forecast_.learn(running_->settings, seconds);
    job_ended(tr("Done in %1: %2").arg(elapsed_text(seconds), summary()), true);
    start_next();
}

void JobPresenter::job_ended(const QString& summary, bool has_results) {
    forms_.set_running(false);
    views_.strip->finish(summary);
    views_.log->append(summary);
    const auto ended_job = std::exchange(running_, std::nullopt);
    queue_.set_running({});
    show_jobs();
    measure_soon_.start();
    show_estimates();
    if (ended_job) emit ended(ended_job->settings, has_results);
    emit state_changed();
}

void JobPresenter::readiness_changed() {
    forms_.show_missing();
    if (laboratory_.is_ready()) std::exchange(run_when_ready_, false) ? run_sensitivity() : measure_soon_.start();
    show_estimates();
    emit state_changed();
}

void JobPresenter::form_changed() {
    show_estimates();
    emit state_changed();
}

void JobPresenter::measure_clean() {
    if (!laboratory_.is_ready() || jobs_.running() || !views_.sensitivity->is_valid()) return;
    const SensitivityForm form = views_.sensitivity->form();
    laboratory_.measure_clean(image_selection(form), form.seed, form.threads, form.device);
}

void JobPresenter::show_estimates() {
    const auto show = [this](JobPanel& panel, const auto& asked) {
        panel.set_estimate(laboratory_.model() && panel.is_valid() ? forecast_.text((forms_.*asked)()) : QString());
    };
    show(*views_.sensitivity, &JobForms::asked_of_sensitivity);
    show(*views_.method, &JobForms::asked_of_method);
}

}  // namespace clipscope
