// One line of text that gives way to narrow windows: what has no room is left out at the end and is in its tooltip. GUI thread.
#pragma once

#include <QLabel>

namespace clipscope {

class HeaderLabel : public QLabel {
    Q_OBJECT

public:
    explicit HeaderLabel(QWidget* parent = nullptr);

    void set_text(const QString& text);
    const QString& whole_text() const { return text_; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void fit();

    QString text_;
};

}  // namespace clipscope
