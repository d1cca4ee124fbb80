// A line that warns of something and offers what to do about it, until it is dealt with or put away. Hidden at first. GUI thread.
#pragma once

#include <QFrame>
#include <QString>

class QLabel;
class QPushButton;

namespace clipscope {

class NoticeBar : public QFrame {
    Q_OBJECT
public:
    explicit NoticeBar(const QString& action, const QString& action_tip, QWidget* parent = nullptr);

    // Empty: nothing to say, and hidden.
    void set_text(const QString& text);
    QString text() const;

Q_SIGNALS:
    void action_requested();

protected:
    void changeEvent(QEvent* event) override;

private:
    void follow_palette();

    QLabel* text_;
    bool follows_ = false;
};

}  // namespace clipscope
