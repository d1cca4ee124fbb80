// The study that the window works on: always there once a job has run, named or kept automatically. GUI thread; single rows only are read
// and written here, results are read on threads of their own (Study::another()).
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "study/moved_sources.h"
#include "study/study.h"

namespace clipscope {

class StudyDesk : public QObject {
    Q_OBJECT

public:
    explicit StudyDesk(QObject* parent = nullptr);
    ~StudyDesk() override;

    bool has_study() const { return study_.has_value(); }
    // The one there is, or a new one without a name. Throws Error.
    const Study& study();
    // Another connection to it for another thread; where there can be none, nothing, and `failed` learns why.
    std::shared_ptr<Study> for_thread(const std::function<void(const QString&)>& failed);
    bool is_writable() const { return study_ && study_->is_writable(); }
    const std::string& read_only_reason() const;  // of a study that is there: one sentence; empty where it can be written
    bool is_unnamed() const;
    QString path() const;   // empty: none yet
    QString title() const;  // "alexnet.clipscope", "unnamed study"

    void start_new();
    // To read and follow, where another program writes it; it can be written as soon as that has ended. Throws Error.
    void open(const QString& path);
    void save_as(const QString& path);  // the study goes on under this name; throws Error

    std::vector<JobRecord> jobs() const;
    std::optional<JobRecord> job(JobId id) const;
    // The job that these settings ask for again, maybe with more trials, or a new one at the end of the queue. `running`, where a job does,
    // is not changed meanwhile. Throws Error.
    JobId job_for(const JobSettings& settings, std::optional<JobId> running = {});
    // A copy at the end of the queue, even where these settings would continue the job. Throws Error.
    JobId duplicate(JobId id, const JobSettings& settings);
    // A job that could not be begun waits no longer.
    void set_failed(JobId id, const QString& why);
    // The study learns where the job's model or images are now; they were checked.
    void move_source(const JobRecord& job, SourceKind kind, const QString& path);

    void rename(JobId id, const QString& name);
    void set_notes(JobId id, const QString& notes);
    void move(JobId id, JobId before);
    void remove(JobId id);
    bool can_undo() const { return !removed_.empty(); }
    void undo_remove();
    bool has_removed() const;  // also of earlier sessions
    void forget_purged();      // of this session those that are no longer there

signals:
    void changed();                                          // jobs or their states
    void study_changed();                                    // another one
    void named(const QString& before, const QString& path);  // after study_changed(): it is the same one
    void became_writable();                                  // the program that wrote it has ended
    void written_elsewhere();                                // another connection, maybe another program's, has committed something
    void failed(const QString& text);

private:
    template <typename Change>
    void change(Change change);
    void close();
    void take(Study study, const std::string& writer = {});
    void look();

    std::optional<Study> study_;
    mutable std::vector<JobRecord> jobs_;  // as they were read last
    std::string writer_text_;              // opened to read, because another program writes it
    std::vector<JobId> removed_;           // in this session, the latest last
    QTimer watch_;                         // for what other processes write
    std::int64_t seen_version_ = 0;
};

}  // namespace clipscope
