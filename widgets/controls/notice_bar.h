// A line that warns of something, or hints at what comes next, and offers what to do about it, until it is dealt with or put away. Hidden
// at first. GUI thread.
#pragma once

#include <QFrame>
#include <QString>

class QLabel;
class QPushButton;

namespace clipscope {

class NoticeBar : public QFrame {
    Q_OBJECT
public:
    enum class Kind { warning, hint };

    NoticeBar(Kind kind, const QString& action, const QString& action_tip, QWidget* parent = nullptr);

    // Empty: nothing to say, and hidden.
    void set_text(const QString& text);
    QString text() const;
    void set_action(const QString& action, const QString& action_tip);

Q_SIGNALS:
    void action_requested();
    void put_away();

protected:
    void changeEvent(QEvent* event) override;

private:
    void follow_palette();

    const Kind kind_;
    QLabel* text_;
    QPushButton* button_;
    bool follows_ = false;
};

}  // namespace clipscope
