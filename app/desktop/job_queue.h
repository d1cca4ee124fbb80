// Which jobs of the study run next by themselves, and which are paused: after Stop, and in a study that was just opened, those that wait do
// so until somebody says that they go on. GUI thread.
#pragma once

#include <QObject>
#include <QString>
#include <optional>
#include <vector>

#include "study/study.h"

namespace clipscope {

class StudyDesk;

class JobQueue : public QObject {
    Q_OBJECT

public:
    explicit JobQueue(StudyDesk& desk, QObject* parent = nullptr);

    // At the end. A job that has run before, and is asked for more, waits after those that have not.
    void add(JobId id);
    // It waits no longer.
    void take(JobId id);
    // It is none of those that wait, whatever the study says of it yet.
    void set_running(std::optional<JobId> id) { running_ = id; }
    std::optional<JobId> next() const;

    void pause();    // all that wait now
    void resume();   // all that are paused
    void discard();  // the paused ones: out of the study, but those that have results only out of the queue
    bool is_paused(JobId id) const;
    bool waits_again(JobId id) const;

    // "next: Harden of LeNet-5 (2 wait)"; empty: nothing does.
    QString next_text() const;
    // "Paused: Harden of LeNet-5 and 2 more wait."; empty: none is.
    QString paused_text() const;

signals:
    void changed();

private:
    std::vector<JobRecord> waiting(bool is_paused) const;

    StudyDesk& desk_;
    std::vector<JobId> again_;  // asked for more after they had run
    std::vector<JobId> paused_;
    std::optional<JobId> running_;
};

}  // namespace clipscope
