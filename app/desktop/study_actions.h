// What the window's menus and the table of jobs do with studies: new, open, save, recent, names and notes. GUI thread; owns none of what it
// is given.
#pragma once

#include <QObject>

#include "dialogs.h"
#include "recent_list.h"
#include "study_desk.h"
#include "window_parts.h"

namespace clipscope {

class JobController;
class JobPresenter;

class StudyActions : public QObject {
    Q_OBJECT

public:
    StudyActions(QWidget& window, const Dialogs& dialogs, StudyDesk& desk, const JobController& jobs, JobPresenter& presenter,
                 const WindowDocks& docks, const WindowActions& actions, QObject* parent = nullptr);

    // Shows the last job's results, opening its model and data.
    void open(const QString& path);

private:
    void offer_unnamed();
    void connect_actions(const WindowActions& actions);
    void save_as();
    void change_text(qint64 id, const QString& title, const std::string JobRecord::*field,
                     void (StudyDesk::*change)(JobId, const QString&));
    void show_error(const QString& sentence);

    QWidget& window_;
    const Dialogs& dialogs_;
    StudyDesk& desk_;
    const JobController& jobs_;
    JobPresenter& presenter_;
    const WindowDocks docks_;
    RecentList recent_;
};

}  // namespace clipscope
