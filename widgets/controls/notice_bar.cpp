#include "controls/notice_bar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <utility>

#include "theme/theme.h"

namespace clipscope {

NoticeBar::NoticeBar(Kind kind, const QString& action, const QString& action_tip, QWidget* parent)
    : QFrame(parent), kind_(kind), text_(new QLabel), button_(new QPushButton) {
    setAutoFillBackground(true);
    setFrameShape(QFrame::NoFrame);
    text_->setTextFormat(Qt::PlainText);  // names of files and classes may look like markup
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    text_->setWordWrap(true);
    auto* sign = new QLabel;
    const int size = style()->pixelMetric(QStyle::PM_ButtonIconSize);
    sign->setPixmap(
        style()->standardIcon(kind == Kind::warning ? QStyle::SP_MessageBoxWarning : QStyle::SP_MessageBoxInformation).pixmap(size, size));
    set_action(action, action_tip);
    auto* close = new QToolButton;
    close->setAutoRaise(true);
    close->setIcon(style()->standardIcon(QStyle::SP_TitleBarCloseButton));
    close->setToolTip(kind == Kind::warning ? tr("Put this warning away") : tr("Put this hint away; it does not come again"));
    close->setAccessibleName(close->toolTip());
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 6, 6, 6);
    layout->addWidget(sign, 0, Qt::AlignTop);
    layout->addWidget(text_, 1);
    layout->addWidget(button_, 0, Qt::AlignVCenter);
    layout->addWidget(close, 0, Qt::AlignVCenter);
    connect(button_, &QPushButton::clicked, this, &NoticeBar::action_requested);
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    connect(close, &QToolButton::clicked, this, &NoticeBar::put_away);
    follow_palette();
    hide();
}

void NoticeBar::set_text(const QString& text) {
    text_->setText(text);
    setAccessibleName(text);
    setVisible(!text.isEmpty());
}

void NoticeBar::set_action(const QString& action, const QString& action_tip) {
    button_->setText(action);
    button_->setToolTip(action_tip);
}

QString NoticeBar::text() const {
    return text_->text();
}

void NoticeBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && !follows_) follow_palette();
}

// Tinted as a warning or a hint, and as readable on a dark desktop as on a light one.
void NoticeBar::follow_palette() {
    follows_ = true;
    const QPalette desktop = parentWidget() != nullptr ? parentWidget()->palette() : QPalette();
    const Theme theme = Theme::screen(desktop, font());
    QPalette tinted = desktop;
    tinted.setColor(QPalette::Window,
                    faded(kind_ == Kind::warning ? QColor(0xE6, 0x9F, 0x00) : QColor(0x56, 0xB4, 0xE9), theme, theme.dark ? 0.28 : 0.22));
    tinted.setColor(QPalette::WindowText, theme.text);
    setPalette(tinted);
    follows_ = false;
}

}  // namespace clipscope
