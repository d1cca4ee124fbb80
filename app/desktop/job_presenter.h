// Runs the jobs of the study: takes the two forms to jobs, one after the other through the queue, shows how far they are and how long they
// will take, and brings the results of those that have run back. GUI thread; owns none of the widgets.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <optional>

#include "campaign/events.h"
#include "job_forecast.h"
#include "job_forms.h"
#include "job_queue.h"
#include "study/study.h"

namespace clipscope {

class ActivityLog;
class HardenPanel;
class JobController;
class JobPanel;
class Laboratory;
class LayerTable;
class ProgressStrip;
class ResultPresenter;
class JobTable;
class SensitivityPanel;
class SourceFinder;
class StudyDesk;
class StudyFollower;

struct JobViews {
    SensitivityPanel* sensitivity = nullptr;
    HardenPanel* method = nullptr;
    LayerTable* layers = nullptr;
    JobTable* jobs = nullptr;
    ProgressStrip* strip = nullptr;
    ActivityLog* log = nullptr;
};

class JobPresenter : public QObject {
    Q_OBJECT

public:
    JobPresenter(Laboratory& laboratory, JobController& jobs, StudyDesk& desk, ResultPresenter& results, StudyFollower& follower,
                 SourceFinder& finder, const JobViews& views, QObject* parent = nullptr);

    // At once, or where a job runs, after those that wait already.
    void run_sensitivity() {
        run_asked([this] { return forms_.asked_of_sensitivity(); });
    }
    void run_method() {
        run_asked([this] { return forms_.asked_of_method(); });
    }
    void run_search_of(const QString& site);  // for its threshold alone
    void run_job(qint64 id);  // of the study: what it does not have yet
    // Opens the job's model and data where others are open, and shows its results.
    void show_job(qint64 id);
    // Puts the job's settings into the form. What runs next from it may continue the job, or is a copy of it.
    void change_job(qint64 id, bool as_new);
    // Puts these settings into the form and brings it to the front.
    void propose(const JobSettings& settings);
    // A sensitivity job as soon as the model and the data that are being opened have come; forgotten if one of them fails.
    void run_when_ready();
    // What it has is kept; jobs that wait are paused.
    void stop();
    JobQueue& queue() { return queue_; }
    const JobForms& forms() const { return forms_; }
    QString running_title() const;  // empty: none does

signals:
    void search_wanted();                          // as the method's form says
    void state_changed();                          // running or not
    void form_wanted(bool sensitivity);            // bring it to the front
    void began(const JobSettings& settings, bool is_from_queue);  // nobody may be looking then
    // `has_results`: it ran to its end, or as far as it was asked to.
    void ended(const JobSettings& settings, bool has_results);
    void failed(const QString& text);

private:
    void connect_forms();
    void connect_laboratory();
    void connect_jobs();

    void leave_study();
    void tell_failure(const QString& text);
    void run_asked(const std::function<std::vector<JobSettings>()>& asked);
    void run(std::vector<JobSettings> jobs);
    JobId original_of(const JobSettings& settings);
    void begin(JobId id, bool may_ask, bool beside);
    void start(const JobRecord& job, bool beside, bool is_from_queue);
    void start_next();
    void show_jobs();
    void show_queue();
    void show_found(const JobRecord& job);
    QString summary() const;
    void show_model();
    void job_failed(const QString& text);
    void job_finished(JobEnd end, double seconds);
    void job_ended(const QString& summary, bool has_results);
    void readiness_changed();
    void form_changed();
    void measure_clean();
    void show_estimates();

    Laboratory& laboratory_;
    JobController& jobs_;
    StudyDesk& desk_;
    ResultPresenter& results_;
    StudyFollower& follower_;
    SourceFinder& finder_;
    const JobViews views_;
    JobQueue queue_;
    JobForms forms_;
    QTimer measure_soon_;  // typing in the form must not start a pass for every digit
    JobForecast forecast_;
    std::optional<JobRecord> running_;
    std::optional<JobRecord> pending_;  // to be shown once its model has come
    JobId duplicated_job_ = 0;          // what runs next is a copy of it
    std::vector<JobId> side_by_side_;   // jobs in several formats that still wait; each is shown beside those before it
    bool run_when_ready_ = false;
};

}  // namespace clipscope
