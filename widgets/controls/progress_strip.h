// The foot of the window: what the job is doing, how far it is, elapsed and left time, Stop; which jobs wait or are paused, and the file
// that was written last. GUI thread.
#pragma once

#include <QElapsedTimer>
#include <QString>
#include <QTimer>
#include <QWidget>

#include "campaign/events.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace clipscope {

class ProgressStrip : public QWidget {
    Q_OBJECT
public:
    explicit ProgressStrip(QWidget* parent = nullptr);

    void start(const QString& activity);  // a job begins: the clock runs, the bar shows "busy" until the first progress
    void set_progress(const Progress& progress);
    void set_stopping();               // Stop was pressed, the job winds up
    void finish(const QString& text);  // "Done in 0:41", "Stopped after 1,204 trials; results kept"
    bool is_running() const { return running_; }
    // Jobs that come next by themselves, "next: Harden (2 wait)"; empty: none.
    void set_next(const QString& text);
    // Jobs that wait until somebody says so, as a sentence, with buttons to go on and to discard them; empty: none.
    void set_paused(const QString& sentence);
    // A file or folder that was written: its name stays in sight, and a click opens the folder.
    void show_written(const QString& path);

Q_SIGNALS:
    void stop_requested();
    void go_on_requested();
    void discard_requested();
    void folder_requested(const QString& folder);

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* build_queue_row();
    void show_times();
    void name_written();

    QWidget* queue_row_;
    QLabel* paused_;
    QLabel* next_;
    QToolButton* written_;
    QString written_path_;
    QLabel* activity_;
    QProgressBar* bar_;
    QLabel* times_;
    QPushButton* stop_;
    QElapsedTimer clock_;
    QTimer tick_;
    double seconds_left_ = -1;
    bool running_ = false;
};

}  // namespace clipscope
