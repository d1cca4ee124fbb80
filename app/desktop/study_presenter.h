// Runs sensitivity jobs from the form and shows what they find: joins laboratory and job controller to plot, table, form, progress and log,
// and keeps the one selection the same in all of them. GUI thread; owns none of them.
#pragma once

#include <QObject>
#include <QTimer>
#include <optional>

#include "campaign/accuracy_curves.h"
#include "campaign/events.h"

namespace clipscope {

class AccuracyPlot;
class ActivityLog;
class JobController;
class Laboratory;
class LayerTable;
class ProgressStrip;
class SensitivityPanel;
struct SensitivityForm;
struct SensitivitySpecification;

struct StudyViews {
    AccuracyPlot* plot = nullptr;
    LayerTable* table = nullptr;
    SensitivityPanel* panel = nullptr;
    ProgressStrip* strip = nullptr;
    ActivityLog* log = nullptr;
};

class StudyPresenter : public QObject {
    Q_OBJECT

public:
    StudyPresenter(Laboratory& laboratory, JobController& jobs, const StudyViews& views, QObject* parent = nullptr);

    // Starts what the form says.
    void run();
    // The same as soon as the model and the data that are being opened have come; forgotten if one of them fails.
    void run_when_ready();
    void stop();

    // Of the latest job; empty where there is none.
    const AccuracyCurves& curves() const;
    bool has_results() const;

signals:
    void state_changed();  // running or not, results or none
    void failed(const QString& text);

private:
    void connect_laboratory();
    void connect_jobs();
    void connect_selection();

    void show_model();
    void show_curves(const AccuracyCurves& curves);
    void clear_results();
    void job_ended(const QString& summary);
    void readiness_changed();
    void form_changed();
    void measure_clean();
    void show_estimate();
    std::optional<SensitivitySpecification> specification() const;

    // What the latest finished job cost, to correct the next estimate.
    struct Cost {
        double passes = 0;  // clean passes it should have been worth
        double seconds = 0;
        std::int64_t images = 0;
    };

    Laboratory& laboratory_;
    JobController& jobs_;
    const StudyViews views_;
    QTimer measure_soon_;  // typing in the form must not start a pass for every digit
    std::optional<Cost> latest_cost_;
    double running_passes_ = 0;
    bool run_when_ready_ = false;
};

}  // namespace clipscope
