// Upset rates: from how often particles upset memory to the fault rate of a trial, and from a measured curve of the study back to failures
// in time, with a picture beside the targets of ISO 26262. What `clipscope-cli upsets` computes, by the same functions. A window beside the
// main one; the study is read in the background. GUI thread.
#pragma once

#include <QDialog>
#include <optional>
#include <string>
#include <vector>

#include "background_task.h"
#include "campaign/campaign_summary.h"
#include "study/study.h"
#include "upset_rows.h"

class QComboBox;
class QLabel;
class QStackedWidget;

namespace clipscope {

class CellTable;
class Laboratory;
class PictureAndTable;
class StudyDesk;
class UpsetFields;
class UpsetPlot;

class UpsetWindow : public QDialog {
    Q_OBJECT

public:
    UpsetWindow(Laboratory& laboratory, StudyDesk& desk, QWidget* parent = nullptr);

    UpsetFields& fields() const { return *fields_; }
    UpsetPlot& plot() const { return *plot_; }
    CellTable& table() const;  // of the result in sight
    QString sentence() const;

    // As the study has it; a test may give one.
    void set_result(const CampaignSummary& result);

signals:
    void rates_wanted(const QString& rates);
    void single_faults_wanted();
    void export_wanted(const std::string& csv);
    void written(const QString& path);

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* build_form();
    QWidget* build_results();
    void fill_jobs();
    void read_job();
    void fill_curves();
    void update_results();
    void show_curve();
    std::size_t chosen_curve() const;

    Laboratory& laboratory_;
    StudyDesk& desk_;
    UpsetFields* fields_ = nullptr;
    QComboBox* job_ = nullptr;
    QString job_tip_;
    QComboBox* curve_ = nullptr;
    QStackedWidget* tables_ = nullptr;
    CellTable* failures_ = nullptr;
    CellTable* shares_ = nullptr;
    UpsetPlot* plot_ = nullptr;
    PictureAndTable* results_ = nullptr;
    CampaignSummary result_;
    std::vector<UpsetRow> rows_;
    BackgroundTask task_;
};

}  // namespace clipscope
