// Brings what the study has of one job to the panels, and where another program goes on writing it, what comes: at most once a second, less
// often where reading takes long. Reads on a thread of its own, points alone where that will do. GUI thread.
#pragma once

#include <QObject>
#include <QTimer>
#include <optional>

#include "background_task.h"
#include "study_desk.h"

namespace clipscope {

class ResultPresenter;

class StudyFollower : public QObject {
    Q_OBJECT

public:
    StudyFollower(StudyDesk& desk, const JobController& jobs, ResultPresenter& results, QObject* parent = nullptr);

    void show(const JobRecord& job);
    // From here on the panels are another's: a job runs here, or the study was closed.
    void forget();

    // "62 %" of a job that another program runs; empty where nothing is known.
    QString progress_of(JobId id) const;

signals:
    void progressed();
    void told(const QString& text);
    void failed(const QString& text);   // the same thing once
    void damaged(const QString& text);  // the study; what is left can be recovered

private:
    class Reader;  // the study on the reading thread
    struct Reading;

    void look();
    void read();
    void take(const Reading& reading);
    void fail(const QString& text);

    StudyDesk& desk_;
    const JobController& jobs_;
    ResultPresenter& results_;
    std::shared_ptr<Reader> reader_;
    std::optional<JobRecord> shown_;
    std::optional<JobId> running_;  // elsewhere
    QString progress_;
    QString failure_;                     // told last
    QString told_;                        // likewise
    std::shared_ptr<std::string> place_;  // where the study of the results that are shown is, whatever name it gets
    QTimer next_;                         // while it runs it is too early to read again
    bool is_news_ = false;                // committed since the last reading began
    BackgroundTask task_;
};

}  // namespace clipscope
