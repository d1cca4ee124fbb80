// Finds a job's model and images where they were moved: beside the study by itself, otherwise by asking. What is found is compared with the
// study's SHA-256 on another thread before the study learns the new place, for all its jobs. GUI thread.
#pragma once

#include <QObject>
#include <functional>
#include <optional>

#include "background_task.h"
#include "dialogs.h"
#include "engine.h"
#include "study_desk.h"

namespace clipscope {

class SourceFinder : public QObject {
    Q_OBJECT

public:
    SourceFinder(QWidget& window, const Dialogs& dialogs, const Engine& engine, StudyDesk& desk, QObject* parent = nullptr);

    // Calls `found` with the job as it is then, at once where nothing is missing, or `given_up` with a sentence. A search under way is
    // forgotten, and nothing is called for it.
    using Found = std::function<void(const JobRecord& job)>;
    using GivenUp = std::function<void(const QString& why)>;
    void find(const JobRecord& job, bool may_ask, Found found, GivenUp given_up);
    void cancel();
    // Searches for a job whose turn has come, which nobody but a change of study may overtake.
    bool serves_queue() const { return search_ && !search_->may_ask; }

    // Compares the model that is there with the one that the job was measured with; changed() follows where it is another. Images are
    // compared when the job runs: there may be very many.
    void check_model(const JobRecord& job);

signals:
    void changed(const QString& text);

private:
    struct Search {
        JobRecord job;
        bool may_ask = false;
        Found found;
        GivenUp given_up;
        int number = 0;
    };

    void go_on();
    void look_around(SourceKind kind);
    void ask(SourceKind kind);
    void check(SourceKind kind, const QString& path);
    void take(SourceKind kind, const QString& path);
    void give_up(const QString& why);

    QWidget& window_;
    const Dialogs& dialogs_;
    const Engine& engine_;
    StudyDesk& desk_;
    std::optional<Search> search_;
    int searches_ = 0;
    BackgroundTask task_;
    BackgroundTask check_task_;
};

}  // namespace clipscope
