// Writes a hand-in: reads what the steps' jobs found, draws its figures one a turn of the event loop, then packs them with the study. GUI
// thread; reads and packs on a thread of its own.
#pragma once

#include <QObject>
#include <QTemporaryDir>
#include <QTimer>
#include <deque>
#include <memory>

#include "background_task.h"
#include "labs/lab_work.h"
#include "render.h"
#include "study/study.h"

namespace clipscope {

class HandInWriter : public QObject {
    Q_OBJECT

public:
    explicit HandInWriter(QObject* parent = nullptr);

    // `study`: for a thread of its own; null where nothing was run. One at a time: `failed` says so.
    void write(const QString& path, const Lab& lab, const LabWork& work, std::shared_ptr<Study> study);
    bool running() const { return folder_ != nullptr; }

signals:
    void written(const QString& path);
    void failed(const QString& text);

private:
    struct Found;
    void draw(const Found& found);
    void draw_next();
    void pack();
    void fail(const QString& text);

    QString path_;
    Lab lab_;
    LabWork work_;
    std::shared_ptr<Study> study_;
    std::unique_ptr<QTemporaryDir> folder_;
    std::deque<ExportTask> tasks_;
    QTimer turn_;
    BackgroundTask task_;
};

}  // namespace clipscope
