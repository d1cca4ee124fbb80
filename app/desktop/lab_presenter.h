// Runs a lab in the window: opens its network, images and the student's study, says what a step asks for, sets forms, looks at what was
// done, and keeps predictions and answers beside the study. GUI thread; the study is read on a thread of its own.
#pragma once

#include <QObject>
#include <QTimer>
#include <optional>
#include <vector>

#include "background_task.h"
#include "campaign/inspection.h"
#include "controls/lab_pane.h"
#include "hand_in_writer.h"
#include "labs/lab_review.h"

namespace clipscope {

class JobController;
class JobPresenter;
class Laboratory;
class StudyDesk;

// What goes on around a step.
struct LabState {
    bool is_running = false;  // its job
    bool is_opening = false;  // network or images
    bool is_ready = false;    // the lab's own are open
};

// A step as the panel shows it. Pure.
LabView lab_view(const Lab& lab, const LabWork& work, const std::vector<StepReview>& reviews, const LabState& state);

class LabPresenter : public QObject {
    Q_OBJECT

public:
    LabPresenter(Laboratory& laboratory, const JobController& jobs, StudyDesk& desk, JobPresenter& presenter, LabPane& pane,
                 QObject* parent = nullptr);

    // The list of labs, or the one that was begun.
    void show();
    // A lab's file joins the list.
    void open(const QString& path);
    void begin(int lab, const QString& student);
    // One fault closely has shown this.
    void take_inspection(const Inspection& inspection, const QString& format);
    void hand_in(const QString& path);

    bool has_begun() const { return work_.has_value(); }
    bool writes_hand_in() const { return writer_.running(); }
    const std::optional<LabWork>& work() const { return work_; }
    const std::vector<StepReview>& reviews() const { return reviews_; }
    // "which-layer anna.zip"
    QString suggested_hand_in() const;

signals:
    void begun();  // the student's study is open
    void word_wanted(const QString& layer, const QString& parameter, qint64 element, const QString& format);
    void told(const QString& text);
    void written(const QString& path);
    void failed(const QString& text);

private:
    void connect_pane();
    void list_labs();
    void open_study();
    JobSettings lab_inputs() const;
    bool has_inputs() const;
    void leave();
    void act();
    void predict(const QString& reply);
    void answer(const QString& reply);
    void keep();
    void review_soon();
    void review_now();
    void show_step();
    void fail(const QString& text);
    template <typename Work>
    bool attempt(Work work);  // false: it failed, and that was said
    const Lab& lab() const { return labs_.at(std::size_t(chosen_)); }
    StepWork& step_work() { return work_->steps.at(std::size_t(work_->step)); }
    bool runs_step() const;

    Laboratory& laboratory_;
    const JobController& jobs_;
    StudyDesk& desk_;
    JobPresenter& presenter_;
    LabPane& pane_;
    HandInWriter writer_;
    std::vector<Lab> labs_;
    int chosen_ = 0;
    std::optional<LabWork> work_;
    std::vector<StepReview> reviews_;
    QString study_;  // path
    bool is_opening_study_ = false;
    std::optional<JobSettings> running_;
    QTimer soon_;
    BackgroundTask review_task_;
};

}  // namespace clipscope
