// Shows what a job of the study injected, by layer and bit position, and repeats single trials to list their faulty bits. GUI thread; reads
// and runs on a thread of its own.
#pragma once

#include <QObject>

#include "background_task.h"
#include "dialogs.h"
#include "laboratory.h"
#include "study/study_results.h"
#include "study_desk.h"
#include "tables/fault_table.h"
#include "window_parts.h"

namespace clipscope {

FaultView audit_view(const JobRecord& job, const std::vector<LayerAudit>& audit, const std::vector<std::string>& missed);
FaultView trial_view(const ReplayedTrial& trial, const std::string& study);

class FaultInspector : public QObject {
    Q_OBJECT

public:
    // The table of jobs says of which job.
    FaultInspector(QWidget& window, const Dialogs& dialogs, const Laboratory& laboratory, StudyDesk& desk, const WindowDocks& docks,
                   QObject* parent = nullptr);

signals:
    void written(const QString& path);
    void failed(const QString& text);

private:
    void show_audit(qint64 job);
    void ask_trial(qint64 job);
    void replay(const TrialName& name);
    void export_rows();
    void show(const FaultView& view);
    void fail(const QString& text);

    QWidget& window_;
    const Dialogs& dialogs_;
    const Laboratory& laboratory_;
    StudyDesk& desk_;
    const WindowDocks docks_;
    BackgroundTask task_;
};

}  // namespace clipscope
