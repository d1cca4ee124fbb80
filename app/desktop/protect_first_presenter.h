// Looks for what to protect first, as the form of the method's jobs says, on a thread of its own beside the study's jobs, and shows how far
// it is and what it found. Not a job of the study: nothing of it is kept there. GUI thread; owns none of the widgets.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <memory>
#include <optional>

#include "campaign/protect_first.h"
#include "job_controller.h"

namespace clipscope {

class HardenPanel;
class Laboratory;
class ProtectFirstPane;
class ResultPresenter;

class ProtectFirstPresenter : public QObject {
    Q_OBJECT

public:
    ProtectFirstPresenter(Laboratory& laboratory, ResultPresenter& results, const HardenPanel& form, ProtectFirstPane& pane,
                          QObject* parent = nullptr);

    // One that runs already goes on.
    void run();
    void stop();
    bool running() const { return controller_.running(); }
    QString running_title() const;  // "Protect first: layers by sec-ded-39-32 at 10⁻⁶"; empty: none does

signals:
    void state_changed();  // running or not
    void began();
    void found();  // a result is in sight
    void told(const QString& text);
    void failed(const QString& text);
    void duel_wanted(const QString& protections);

private:
    void show_progress(const Progress& progress);
    void finished(JobEnd end);
    void give_up();

    Laboratory& laboratory_;
    ResultPresenter& results_;
    const HardenPanel& form_;
    ProtectFirstPane& pane_;
    JobController controller_;
    std::shared_ptr<std::optional<ProtectFirst>> result_;  // written on the other thread before its end is told
    QElapsedTimer clock_;
    QString title_;
};

}  // namespace clipscope
