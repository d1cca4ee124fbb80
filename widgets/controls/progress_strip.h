// One line at the foot of the window: what the job is doing, how far it is, elapsed and left time, Stop. GUI thread.
#pragma once

#include <QElapsedTimer>
#include <QString>
#include <QTimer>
#include <QWidget>

#include "campaign/events.h"

class QLabel;
class QProgressBar;
class QPushButton;

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

Q_SIGNALS:
    void stop_requested();

private:
    void show_times();

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
