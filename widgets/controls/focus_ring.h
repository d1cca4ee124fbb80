// Shows where the keys go: a frame around the widget with the focus, whatever kind it is and whatever the style draws of its own. What is
// scrolled out of sight comes into it. One for the whole program. GUI thread.
#pragma once

#include <QObject>
#include <QPointer>
#include <QTimer>
#include <QWidget>

namespace clipscope {

class FocusRing : public QObject {
    Q_OBJECT
public:
    explicit FocusRing(QObject* parent = nullptr);
    ~FocusRing() override;

    // The frame, in the window of the widget with the focus; nullptr while nothing has it.
    const QWidget* frame() const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void follow(QWidget* target);
    void place();

    class Frame;
    QPointer<QWidget> target_;
    QPointer<Frame> frame_;
    QList<QPointer<QWidget>> watched_;  // the target and what it stands in
    QTimer place_soon_;
};

}  // namespace clipscope
