#include "study_actions.h"

#include <QAction>
#include <QFileInfo>
#include <QLocale>
#include <algorithm>

#include "common/error.h"
#include "controls/activity_log.h"
#include "controls/harden_panel.h"
#include "controls/sensitivity_panel.h"
#include "controls/welcome_pane.h"
#include "job_controller.h"
#include "job_presenter.h"
#include "study/study_errors.h"
#include "study_recovery.h"
#include "tables/job_table.h"
#include "theme/number_text.h"

namespace clipscope {

StudyActions::StudyActions(QWidget& window, const Dialogs& dialogs, StudyDesk& desk, const JobController& jobs, JobPresenter& presenter,
                           StudyRecovery& recovery, WelcomePane& welcome, const WindowPanels& panels, const WindowActions& actions,
                           QObject* parent)
    : QObject(parent),
      window_(window),
      dialogs_(dialogs),
      desk_(desk),
      jobs_(jobs),
      presenter_(presenter),
      recovery_(recovery),
      panels_(panels),
      actions_(actions),
      recent_(QStringLiteral("recent/studies")) {
    connect_actions();
    connect_jobs();
    offer_last(welcome);
    connect(&welcome, &WelcomePane::reopen_requested, this, &StudyActions::reopen);
    connect(&recovery_, &StudyRecovery::told, &panels_.get<ActivityLog>(), &ActivityLog::append);
    connect(&recovery_, &StudyRecovery::failed, this, &StudyActions::show_error);
    connect(&recovery_, &StudyRecovery::recovered, this, &StudyActions::open);
    connect(&desk_, &StudyDesk::changed, this, &StudyActions::refresh);
    connect(&presenter_, &JobPresenter::state_changed, this, &StudyActions::refresh);
    refresh();
    connect(&desk_, &StudyDesk::study_changed, this, [this] {
        if (desk_.has_study()) recent_.add(desk_.path());
    });
}

// One that was left without a name comes before the one that was open last; all of them are among the recent ones.
void StudyActions::offer_last(WelcomePane& welcome) {
    try {
        std::vector<std::string> left = abandoned_autosaves();
        std::ranges::reverse(left);
        for (const std::string& path : left) recent_.add(QString::fromStdString(path));
        const QFileInfo last(last_study());
        if (!left.empty())
            welcome.set_offer(tr("A study without a name was left on %1. All of its results are kept.")
                                  .arg(QLocale().toString(last.lastModified(), QLocale::ShortFormat)));
        else if (!last.filePath().isEmpty())
            welcome.set_offer(tr("The last study: %1").arg(last.fileName()));
    } catch (const Error& error) {
        panels_.get<ActivityLog>().append_error(QString::fromUtf8(error.what()));
    }
}

// Of the recent ones that are still there, but not the one that is open.
QString StudyActions::last_study() const {
    for (const QString& path : recent_.paths())
        if (QFileInfo::exists(path) && path != desk_.path()) return path;
    return {};
}

void StudyActions::connect_actions() {
    connect(actions_.new_study, &QAction::triggered, &desk_, &StudyDesk::start_new);
    connect(actions_.open_study, &QAction::triggered, this, [this] {
        if (const QString path = dialogs_.choose_study(&window_); !path.isEmpty()) open(path);
    });
    connect(actions_.reopen_study, &QAction::triggered, this, &StudyActions::reopen);
    connect(actions_.save_study, &QAction::triggered, this, &StudyActions::save_as);
    connect_recent(*actions_.recent_studies, recent_, [this](const QString& path) { open(path); });
    connect(actions_.undo_remove, &QAction::triggered, &desk_, &StudyDesk::undo_remove);
    connect(actions_.purge_removed, &QAction::triggered, this, &StudyActions::purge_removed);
}

void StudyActions::connect_jobs() {
    connect(&panels_.get<JobTable>(), &JobTable::rename_requested, this,
            [this](qint64 id) { change_text(id, tr("Name of the job"), &JobRecord::name, &StudyDesk::rename); });
    connect(&panels_.get<JobTable>(), &JobTable::notes_requested, this,
            [this](qint64 id) { change_text(id, tr("Notes on the job"), &JobRecord::notes, &StudyDesk::set_notes); });
    connect(&presenter_, &JobPresenter::form_wanted, this, [this](bool sensitivity) {
        PanelDock& form = sensitivity ? panels_.dock<SensitivityPanel>() : panels_.dock<HardenPanel>();
        form.bring_to_front(true);
    });
}

// What can be done with the study as it is.
void StudyActions::refresh() {
    window_.setWindowTitle(desk_.has_study() ? QStringLiteral("%1 — ClipScope").arg(desk_.title()) : QStringLiteral("ClipScope"));
    actions_.undo_remove->setEnabled(desk_.can_undo());
    actions_.save_study->setEnabled(desk_.has_study());
    actions_.purge_removed->setEnabled(!jobs_.running() && !purge_task_.running() && desk_.has_removed());
    actions_.reopen_study->setEnabled(!last_study().isEmpty());
}

void StudyActions::reopen() {
    if (const QString path = last_study(); !path.isEmpty()) open(path);
}

void StudyActions::purge_removed() {
    const auto own = desk_.for_thread([this](const QString& text) { show_error(text); });
    if (!own) return;
    purge_task_.start<std::int64_t>(
        [own](std::stop_token) {
            const std::int64_t before = QFileInfo(QString::fromStdString(own->path())).size();
            own->purge_removed();
            return before - QFileInfo(QString::fromStdString(own->path())).size();
        },
        [this](std::int64_t freed) {
            panels_.get<ActivityLog>().append(tr("Removed jobs are gone for good; %1 less").arg(bytes_text(std::max<qint64>(freed, 0))));
            desk_.forget_purged();
        },
        [this](const QString& text) { show_error(text); });
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
        panels_.get<ActivityLog>().append(tr("The study is in %1").arg(path));
    } catch (const Error& error) {
        show_error(QString::fromUtf8(error.what()));
    }
}

void StudyActions::open(const QString& path) {
    try {
        desk_.open(path);
    } catch (const StudyDamagedError& error) {
        recovery_.offer(path, QString::fromUtf8(error.what()));
        return;
    } catch (const Error& error) {
        show_error(QString::fromUtf8(error.what()));
        return;
    }
    panels_.dock<JobTable>().bring_to_front();
    const std::vector<JobRecord> jobs = desk_.jobs();
    panels_.get<ActivityLog>().append(tr("%1: %2 jobs").arg(path).arg(jobs.size()));
    if (!desk_.is_writable()) panels_.get<ActivityLog>().append(QString::fromStdString(desk_.read_only_reason()));
    if (jobs.empty()) return;
    const auto has_run = std::ranges::find_if(jobs.rbegin(), jobs.rend(), [](const JobRecord& job) { return !job.started.empty(); });
    const JobId shown = has_run == jobs.rend() ? jobs.back().id : has_run->id;
    panels_.get<JobTable>().select_job(shown);
    presenter_.show_job(shown);
}

void StudyActions::change_text(qint64 id, const QString& title, const std::string JobRecord::*field,
                               void (StudyDesk::*change)(JobId, const QString&)) {
    const auto job = desk_.job(id);
    if (!job) return;
    if (const auto text = dialogs_.ask_text(&window_, title, QString::fromStdString((*job).*field))) (desk_.*change)(id, text->trimmed());
}

void StudyActions::show_error(const QString& sentence) {
    panels_.get<ActivityLog>().append_error(sentence);
    dialogs_.show_error(&window_, sentence);
}

}  // namespace clipscope
