// Plays what happened step by step: first, back, play or pause, forward, last, and a slider. Stays at the newest step as long as the user
// leaves it there. Steps count from 1. Works with the keyboard wherever its actions are added. GUI thread.
#pragma once

#include <QString>
#include <QTimer>
#include <QWidget>

class QAction;
class QLabel;
class QSlider;

namespace clipscope {

class StepPlayer : public QWidget {
    Q_OBJECT
public:
    // `noun` is what a step is called: "iteration".
    explicit StepPlayer(const QString& noun, QWidget* parent = nullptr);

    int step() const { return step_; }  // 0 while there is none
    int count() const { return count_; }
    bool is_at_newest() const { return step_ == count_; }
    bool is_playing() const { return timer_.isActive(); }

    // More steps came, or (start_anew) this is something else: then the newest is shown.
    void set_count(int count, bool start_anew = false);
    void set_interval(int milliseconds);

public Q_SLOTS:
    void set_step(int step);  // clamped
    void first();
    void back();
    void toggle_playing();
    void forward();
    void last();

Q_SIGNALS:
    void step_changed(int step);

protected:
    void changeEvent(QEvent* event) override;

private:
    QAction* add_step_action(const QString& name, const QString& text, const QString& symbol, const QKeySequence& shortcut,
                             void (StepPlayer::*slot)());
    void show_state();
    void show_icons();
    void tick();

    QString noun_;
    int step_ = 0;
    int count_ = 0;
    QTimer timer_;
    QAction* first_;
    QAction* back_;
    QAction* play_;
    QAction* forward_;
    QAction* last_;
    QSlider* slider_;
    QLabel* label_;
};

}  // namespace clipscope
