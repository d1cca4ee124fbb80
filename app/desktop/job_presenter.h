// Runs jobs: takes the two forms to core's jobs, shows how far they are and how long they will take. GUI thread; owns none of the widgets.
#pragma once

#include <QObject>
#include <QTimer>
#include <map>
#include <optional>

#include "background_task.h"
#include "campaign/events.h"

namespace clipscope {

class ActivityLog;
class HardenPanel;
class JobPanel;
class Laboratory;
class LayerTable;
class ProgressStrip;
class ResultPresenter;
class SensitivityPanel;
struct HardenForm;
struct JobInputs;
struct SensitivityForm;
struct SensitivitySpecification;

struct JobViews {
    SensitivityPanel* sensitivity = nullptr;
    HardenPanel* method = nullptr;
    LayerTable* layers = nullptr;
    ProgressStrip* strip = nullptr;
    ActivityLog* log = nullptr;
};

class JobPresenter : public QObject {
    Q_OBJECT

public:
    JobPresenter(Laboratory& laboratory, JobController& jobs, ResultPresenter& results, const JobViews& views, QObject* parent = nullptr);

    void run_sensitivity();
    void run_method();
    // A sensitivity job as soon as the model and the data that are being opened have come; forgotten if one of them fails.
    void run_when_ready();
    void stop();

    // Writes the network clipped at the results' thresholds in the background and says in the log that it was verified.
    void save_hardened(const QString& path);
    // Thresholds from a file take the place of those that were found.
    void open_thresholds(const QString& path);

signals:
    void state_changed();  // running or not
    void failed(const QString& text);

private:
    // What a job is worth and what it cost: full passes over so many images.
    struct Cost {
        double passes = 0;
        std::int64_t images = 0;
        double seconds = 0;
    };

    void connect_forms();
    void connect_laboratory();
    void connect_jobs();

    void start(const QString& what, const QString& kind, const Cost& expected, Job job);
    void start_sensitivity(const SensitivityForm& form, const JobInputs& inputs);
    void start_bit_positions(const SensitivityForm& form, const JobInputs& inputs);
    Job method_job(const HardenForm& form) const;
    QString summary() const;
    void show_model();
    void job_finished(JobEnd end, double seconds);
    void job_ended(const QString& summary);
    void readiness_changed();
    void form_changed();
    void measure_clean();
    void show_estimates();
    void show_estimate(JobPanel& panel, const QString& kind, const std::optional<Cost>& expected) const;
    std::optional<Cost> sensitivity_cost() const;
    std::optional<Cost> method_cost() const;
    std::int64_t image_count(const QString& text) const;

    Laboratory& laboratory_;
    JobController& jobs_;
    ResultPresenter& results_;
    const JobViews views_;
    QTimer measure_soon_;               // typing in the form must not start a pass for every digit
    std::map<QString, Cost> finished_;  // by kind of job: corrects the next estimate
    QString running_kind_;
    Cost running_;
    bool run_when_ready_ = false;
    BackgroundTask save_task_;
    BackgroundTask thresholds_task_;
};

}  // namespace clipscope
