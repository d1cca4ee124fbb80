// A tour of a window: darkens all of it but one part at a time and says what that is for. Mouse or keys: Return and → go on, ← goes back,
// Esc ends it. GUI thread.
#pragma once

#include <QPointer>
#include <QString>
#include <QWidget>
#include <functional>
#include <vector>

class QFrame;
class QLabel;
class QPushButton;

namespace clipscope {

struct TourStop {
    QPointer<QWidget> target;
    QString title;
    QString text;
    std::function<void()> arrive{};  // brings the target into sight
};

class TourOverlay : public QWidget {
    Q_OBJECT
public:
    // Covers the window, which owns it, until it is ended; then it is deleted.
    TourOverlay(QWidget& window, std::vector<TourStop> stops);

    int stop() const { return stop_; }
    void go_to(int stop);  // one behind the last ends it

Q_SIGNALS:
    void ended();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QRect target_place() const;
    void place_bubble();

    std::vector<TourStop> stops_;
    int stop_ = 0;
    QFrame* bubble_;
    QLabel* title_;
    QLabel* text_;
    QLabel* count_;
    QPushButton* back_;
    QPushButton* next_;
};

}  // namespace clipscope
