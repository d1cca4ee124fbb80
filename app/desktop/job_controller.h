// Runs jobs on a thread of its own and brings what they learn to the thread this object lives on.
//
// Promises:
// - A job never runs on the owner's thread and no call here waits for one, except the destructor, which stops the job and joins it.
// - Signals are emitted on the owner's thread only, at most `emits_per_second` deliveries a second however fast events come: between two
// deliveries
//   events gather in an inbox, so one curves_changed stands for many trials. An idle controller runs no timer.
// - Nothing of a job arrives after another was started or discard() was called, and nothing after finished() or failed().
// - Slots may start, stop or discard jobs, or delete the controller.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/events.h"
#include "campaign/live_curves.h"

namespace clipscope {

// A job as core writes them, with its inputs and specification bound. It must not keep the sink after it returns.
using Job = std::function<void(const EventSink&, std::stop_token)>;

class JobController : public QObject {
    Q_OBJECT

public:
    explicit JobController(QObject* parent = nullptr, int emits_per_second = 25);
    ~JobController() override;

    // Starts the job. One that still runs is given up first; the results so far stay until this one has some of the same kind.
    void start(Job job);

    // Asks the job to stop; what it found so far is kept and finished(stopped) follows.
    void stop();

    // Asks the job to stop and forgets it at once: its results, its end and its errors are never signalled, and curves() and tuning() are
    // empty.
    void discard();

    bool running() const { return running_; }

    // All that was delivered so far of the latest job that measured curves, and of the latest one that tuned.
    const AccuracyCurves& curves() const { return live_.curves(); }
    // The same curves with their points, which are kept up to date as trials come.
    LiveCurves& live() { return live_; }
    const TuningResult& tuning() const { return tuning_; }

signals:
    void started();
    void campaign_started(const clipscope::AccuracyCurves& curves);  // the clean accuracies are known, no trial yet
    void curves_changed(const clipscope::AccuracyCurves& curves);
    void tuning_changed(const clipscope::TuningResult& result);
    void faults_injected(const std::vector<clipscope::FaultsInjected>& faults);
    void progressed(const clipscope::Progress& progress);
    void message(const QString& text);
    void finished(clipscope::JobEnd end, double seconds);
    void failed(const QString& text);

private:
    // What one job has said and nobody has read yet. Shared with the job's thread, the only thing that is.
    class Inbox;
    struct Worker {
        std::shared_ptr<Inbox> inbox;
        std::jthread thread;
    };

    void give_up();
    void deliver();
    bool deliver_events(const std::vector<Event>& events);
    void join_retired();

    // Looks into the inbox while there is a job; single shot, so that a slot's own event loop does not hold it up. Polled rather than woken
    // by an event for each batch, so that the job's threads touch nothing of Qt's, and what is shared with them is exactly the inbox.
    QTimer delivery_;
    Worker current_;
    std::vector<Worker> retired_;  // discarded jobs that have not come to their end yet
    LiveCurves live_;
    TuningResult tuning_;
    bool tunes_ = false;  // whether tuning() is the latest job's
    std::optional<JobFinished> end_;
    SelfCheckCounts self_check_;  // the latest job's: of curves, and at its end of its tuning too
    bool running_ = false;
};

}  // namespace clipscope
