// Runs a search on a thread of its own beside the study's jobs, and shows how far it is and that it has come to its end. Not a job of the
// study: nothing of it is kept there. A presenter of a certain search derives from it and says what to do. GUI thread; owns no widget.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <functional>

#include "job_controller.h"

namespace clipscope {

class Laboratory;
class SearchPane;

class SearchPresenter : public QObject {
    Q_OBJECT

public:
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

protected:
    SearchPresenter(Laboratory& laboratory, SearchPane& pane, QObject* parent);

    struct Search {
        QString title;
        Job work;                    // on the other thread; sends Progress
        std::function<bool()> show;  // after it: brings what it found into sight; false: it was stopped before it found anything
        bool has_rounds = false;     // its progress begins anew with each activity
    };
    virtual Search asked() = 0;  // throws Error

    Laboratory& laboratory() { return laboratory_; }

private:
    void show_progress(const Progress& progress);
    void finished();
    void give_up();

    Laboratory& laboratory_;
    SearchPane& pane_;
    JobController controller_;
    Search search_;
    std::string round_;
    QElapsedTimer clock_;
    QElapsedTimer round_clock_;
};

// As core's searches tell how far they are.
std::function<void(std::int64_t done, std::int64_t total, const std::string& activity)> progress_to(const EventSink& sink);

}  // namespace clipscope
