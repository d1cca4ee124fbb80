// Offers to save what is left of a damaged study into a new one, says what that was, and what was not. GUI thread; reads and writes on a
// thread of its own.
#pragma once

#include <QObject>

#include "background_task.h"
#include "dialogs.h"
#include "engine.h"

namespace clipscope {

class StudyRecovery : public QObject {
    Q_OBJECT

public:
    StudyRecovery(QWidget& window, const Dialogs& dialogs, const Engine& engine, QObject* parent = nullptr);

    // `sentence` says what is wrong with the study; it is only told where the file is none.
    void offer(const QString& path, const QString& sentence);

signals:
    void told(const QString& text);
    void failed(const QString& text);
    void recovered(const QString& path);  // to be opened

private:
    QWidget& window_;
    const Dialogs& dialogs_;
    const Engine& engine_;
    BackgroundTask task_;
};

}  // namespace clipscope
