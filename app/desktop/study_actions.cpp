#include "study_actions.h"

#include <QAction>
#include <algorithm>

#include "common/error.h"
#include "controls/activity_log.h"
#include "job_controller.h"
#include "job_presenter.h"
#include "tables/job_table.h"

namespace clipscope {

StudyActions::StudyActions(QWidget& window, const Dialogs& dialogs, StudyDesk& desk, const JobController& jobs, JobPresenter& presenter,
                           const WindowDocks& docks, const WindowActions& actions, QObject* parent)
    : QObject(parent),
      window_(window),
      dialogs_(dialogs),
      desk_(desk),
      jobs_(jobs),
      presenter_(presenter),
      docks_(docks),
      recent_(QStringLiteral("recent/studies")) {
    connect_actions(actions);
    offer_unnamed();
    connect(docks_.job_table, &JobTable::rename_requested, this,
            [this](qint64 id) { change_text(id, tr("Name of the job"), &JobRecord::name, &StudyDesk::rename); });
    connect(docks_.job_table, &JobTable::notes_requested, this,
            [this](qint64 id) { change_text(id, tr("Notes on the job"), &JobRecord::notes, &StudyDesk::set_notes); });
    connect(&presenter_, &JobPresenter::form_wanted, this,
            [this](bool sensitivity) { show_dock(sensitivity ? *docks_.sensitivity : *docks_.method); });
    connect(&desk_, &StudyDesk::study_changed, this, [this] {
        presenter_.stop();  // a job goes on writing to the study it began in
        if (desk_.has_study()) recent_.add(desk_.path());
        window_.setWindowTitle(desk_.has_study() ? QStringLiteral("%1 — ClipScope").arg(desk_.title()) : QStringLiteral("ClipScope"));
    });
}

// Those that an earlier window left without a name, the latest on top of the recent ones.
void StudyActions::offer_unnamed() {
    try {
        std::vector<std::string> left = abandoned_autosaves();
        if (left.empty()) return;
        std::ranges::reverse(left);
        for (const std::string& path : left) recent_.add(QString::fromStdString(path));
        docks_.log->append(tr("A study without a name was left: File ▸ Recent studies opens it again"));
    } catch (const Error& error) {
        docks_.log->append_error(QString::fromUtf8(error.what()));
    }
}

void StudyActions::connect_actions(const WindowActions& actions) {
    connect(actions.new_study, &QAction::triggered, &desk_, &StudyDesk::start_new);
    connect(actions.open_study, &QAction::triggered, this, [this] {
        if (const QString path = dialogs_.choose_study(&window_); !path.isEmpty()) open(path);
    });
    connect(actions.save_study, &QAction::triggered, this, &StudyActions::save_as);
    connect_recent(*actions.recent_studies, recent_, [this](const QString& path) { open(path); });
    connect(actions.undo_remove, &QAction::triggered, &desk_, &StudyDesk::undo_remove);
}

void StudyActions::save_as() {
    if (jobs_.running()) {
        show_error(tr("A job is writing to this study: stop it first, then save; it goes on from where it was."));
        return;
    }
    const QString path = dialogs_.choose_study_file(&window_);
    if (path.isEmpty()) return;
    try {
        desk_.save_as(path);
        docks_.log->append(tr("The study is in %1").arg(path));
    } catch (const Error& error) {
        show_error(QString::fromUtf8(error.what()));
    }
}

void StudyActions::open(const QString& path) {
    try {
        desk_.open(path);
    } catch (const Error& error) {
        show_error(QString::fromUtf8(error.what()));
        return;
    }
    show_dock(*docks_.jobs);
    const std::vector<JobRecord> jobs = desk_.jobs();
    docks_.log->append(tr("%1: %2 jobs").arg(path).arg(jobs.size()));
    if (!desk_.study().is_writable()) docks_.log->append(QString::fromStdString(desk_.study().read_only_reason()));
    if (jobs.empty()) return;
    docks_.job_table->select_job(jobs.back().id);
    presenter_.show_job(jobs.back().id);
}

void StudyActions::change_text(qint64 id, const QString& title, const std::string JobRecord::*field,
                               void (StudyDesk::*change)(JobId, const QString&)) {
    const auto job = desk_.job(id);
    if (!job) return;
    if (const auto text = dialogs_.ask_text(&window_, title, QString::fromStdString((*job).*field))) (desk_.*change)(id, text->trimmed());
}

void StudyActions::show_error(const QString& sentence) {
    docks_.log->append_error(sentence);
    dialogs_.show_error(&window_, sentence);
}

}  // namespace clipscope
