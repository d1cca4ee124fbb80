// What the window's menus, its first page and the table of jobs do with studies: new, open, save, recent, reopen, names and notes. GUI
// thread; owns none of what it is given.
#pragma once

#include <QObject>

#include "background_task.h"
#include "dialogs.h"
#include "recent_list.h"
#include "study_desk.h"
#include "window_panels.h"
#include "window_parts.h"

namespace clipscope {

class JobController;
class JobPresenter;
class StudyRecovery;
class WelcomePane;

class StudyActions : public QObject {
    Q_OBJECT

public:
    StudyActions(QWidget& window, const Dialogs& dialogs, StudyDesk& desk, const JobController& jobs, JobPresenter& presenter,
                 StudyRecovery& recovery, WelcomePane& welcome, const WindowPanels& panels, const WindowActions& actions,
                 QObject* parent = nullptr);

    // Shows the last job's results, opening its model and data.
    void open(const QString& path);

private:
    void refresh();
    void offer_last(WelcomePane& welcome);
    QString last_study() const;
    void connect_actions();
    void connect_jobs();
    void reopen();
    void save_as();
    void purge_removed();
    void change_text(qint64 id, const QString& title, const std::string JobRecord::*field,
                     void (StudyDesk::*change)(JobId, const QString&));
    void show_error(const QString& sentence);

    QWidget& window_;
    const Dialogs& dialogs_;
    StudyDesk& desk_;
    const JobController& jobs_;
    JobPresenter& presenter_;
    StudyRecovery& recovery_;
    const WindowPanels panels_;
    const WindowActions actions_;
    RecentList recent_;
    BackgroundTask purge_task_;
};

}  // namespace clipscope
