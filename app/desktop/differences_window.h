// Two jobs held against each other: where their accuracies differ, how surely, and what differs in their settings. GUI thread; reads on a
// thread of its own.
#pragma once

#include <QDialog>
#include <functional>
#include <memory>

#include "background_task.h"
#include "report/run_differences.h"
#include "study/study.h"

class QLabel;
class QPushButton;

namespace clipscope {

class CellTable;

class DifferencesWindow : public QDialog {
    Q_OBJECT

public:
    explicit DifferencesWindow(QWidget* parent = nullptr);

    // `study`: a connection for the other thread.
    void compare(std::shared_ptr<Study> study, const JobRecord& first, const JobRecord& second);

    CellTable& differences_table() const { return *differences_; }
    CellTable& settings_table() const { return *settings_; }
    const RunDifferences& found() const { return found_; }

signals:
    void curves_wanted(qint64 first, qint64 second);  // over each other in the accuracy panel
    void export_requested();                          // of the differences as CSV
    void failed(const QString& sentence);

private:
    void build();
    void show_found(const RunDifferences& found);

    RunDifferences found_;
    JobId first_ = 0;
    JobId second_ = 0;
    QLabel* about_ = nullptr;
    CellTable* differences_ = nullptr;
    CellTable* settings_ = nullptr;
    QPushButton* curves_ = nullptr;
    QPushButton* export_ = nullptr;
    BackgroundTask task_;
};

}  // namespace clipscope
