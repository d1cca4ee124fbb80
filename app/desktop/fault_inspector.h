// Shows what a job of the study injected, by layer and bit position, and repeats single trials to list their faulty bits: those chosen
// among the trials of the curves in sight, or named. GUI thread; reads and runs on threads of its own.
#pragma once

#include <QObject>

#include "background_task.h"
#include "dialogs.h"
#include "fault_window.h"
#include "laboratory.h"
#include "result_presenter.h"
#include "study/study_results.h"
#include "study_desk.h"
#include "tables/fault_table.h"
#include "tables/trial_picker.h"
#include "window_panels.h"

namespace clipscope {

FaultView audit_view(const JobRecord& job, const std::vector<LayerAudit>& audit, const std::vector<std::string>& missed);
// The worst first.
std::vector<PickerTrial> picker_trials(const std::map<int, TrialOutcome>& trials, NonfiniteRule nonfinite);
FaultView trial_view(const ReplayedTrial& trial, const std::string& study);
// "Trial 7 of CONV-1 at 1e-05"
QString trial_title(const TrialName& name, PointAxis axis);
// One of its faulty bits, or with -1 all of them.
FaultsToShow faults_to_show(const ReplayedTrial& trial, int row, const JobRecord& job);

class FaultInspector : public QObject {
    Q_OBJECT

public:
    // The table of jobs says of which job, the accuracy plot of which point.
    FaultInspector(QWidget& window, const Dialogs& dialogs, const Laboratory& laboratory, StudyDesk& desk, ResultPresenter& results,
                   const WindowPanels& panels, QObject* parent = nullptr);

signals:
    // These are to be looked at closely, on the network and the images of their job.
    void faults_chosen(const FaultsToShow& faults, const JobSettings& job);
    void images_wanted(const TrialName& trial);
    void written(const QString& path);
    void failed(const QString& text);

private:
    void fill_picker();
    void choose_point(int series, double rate, bool opens);
    void read_point(int place, double rate);
    bool is_of_this_study(const ShownCurve& curve);
    void show_audit(qint64 job);
    void ask_trial(qint64 job);
    void replay(const TrialName& name, bool closely = false);
    void look_closely(int row);
    void connect_trials();
    void export_rows();
    void show(const FaultView& view);
    void fail(const QString& text);

    QWidget& window_;
    const Dialogs& dialogs_;
    const Laboratory& laboratory_;
    StudyDesk& desk_;
    ResultPresenter& results_;
    const WindowPanels panels_;
    std::vector<ShownCurve> pickable_;  // as the picker has them
    std::vector<int> picker_places_;    // of the plot's series among them; -1: has no trials to look at
    std::optional<ReplayedTrial> replayed_;  // that the table shows
    BackgroundTask task_;
    BackgroundTask trials_task_;
};

}  // namespace clipscope
