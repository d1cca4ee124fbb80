// The images that a trial changes: each answer without faults and with them, how sure the network is of both, and the confusion of the
// classes before and after, whose cells choose among the images. All images of the trial's job, under each protection that the trial is
// repeated with. A window beside the main one; the trial runs and pictures are read in the background. GUI thread.
#pragma once

#include <QDialog>
#include <memory>

#include "background_task.h"
#include "laboratory.h"
#include "tables/answer_filter.h"

class QBoxLayout;
class QComboBox;
class QLabel;
class QPushButton;

namespace clipscope {

class AnswerGrid;
class ConfusionMatrix;
class StudyDesk;

class ChangedImagesWindow : public QDialog {
    Q_OBJECT

public:
    ChangedImagesWindow(const Engine& engine, StudyDesk& desk, QWidget* parent = nullptr);

    // Repeats it; what was shown goes.
    void show_trial(const TrialName& name);
    // Null until it is there.
    const ReplayedTrial* trial() const { return trial_.get(); }
    // Under the protection chosen.
    const std::vector<ImageAnswers>& answers() const;
    AnswerGrid& grid() const { return *grid_; }
    QString sentence() const;

signals:
    void export_wanted(const std::string& csv);

private:
    QBoxLayout* build_filters();
    QWidget* build_results();
    void take(std::shared_ptr<const ReplayedTrial> trial);
    void show_message(const QString& text, bool is_running);
    void show_outcome();
    void show_images();
    void choose_cell(const std::optional<ConfusionCell>& cell);
    void read_pictures(const std::vector<qint64>& places);
    void read_next_pictures();
    std::int32_t classes() const;

    const Engine& engine_;
    StudyDesk& desk_;
    std::shared_ptr<const ReplayedTrial> trial_;
    AnswerFilter filter_;
    std::vector<qint64> unread_;  // pictures

    QLabel* sentence_ = nullptr;
    QLabel* shown_ = nullptr;
    QPushButton* stop_ = nullptr;
    QPushButton* export_ = nullptr;
    QComboBox* protection_ = nullptr;
    QComboBox* kind_ = nullptr;
    QComboBox* class_ = nullptr;
    QComboBox* order_ = nullptr;
    AnswerGrid* grid_ = nullptr;
    ConfusionMatrix* before_ = nullptr;
    ConfusionMatrix* after_ = nullptr;
    BackgroundTask task_;
    BackgroundTask pictures_task_;
};

}  // namespace clipscope
