// After a job, one line that says what to look at next, with the button that does it: after a sensitivity hardening, after a hardening the
// comparison, after a comparison the hardened network's file. Each until it was used or put away once. GUI thread.
#pragma once

#include <QObject>
#include <functional>
#include <optional>

#include "study/job_settings.h"

namespace clipscope {

class JobController;
class JobPresenter;
class NoticeBar;

class NextSteps : public QObject {
    Q_OBJECT

public:
    // `may_hint`: false while something else says what comes next.
    NextSteps(const JobController& jobs, const JobPresenter& presenter, NoticeBar& bar, std::function<bool()> may_hint,
              QObject* parent = nullptr);

signals:
    void hardening_wanted();
    void comparison_wanted();
    void saving_wanted();

private:
    struct Hint {
        const char* name;  // under which it is remembered
        QString text;
        QString button;
        QString tip;
        void (NextSteps::*wanted)();
    };
    static std::optional<Hint> hint_after(JobKind kind);
    void show_after(JobKind kind);
    void put_away();

    NoticeBar& bar_;
    const std::function<bool()> may_hint_;
    std::optional<JobKind> ended_;
    std::optional<Hint> shown_;
};

}  // namespace clipscope
