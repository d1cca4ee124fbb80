#include "header_label.h"

#include <QEvent>

namespace clipscope {

HeaderLabel::HeaderLabel(QWidget* parent) : QLabel(parent) {
    setTextFormat(Qt::PlainText);
    setTextInteractionFlags(Qt::TextSelectableByMouse);
    setContentsMargins(8, 4, 8, 4);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
}

void HeaderLabel::set_text(const QString& text) {
    if (text == text_) return;
    text_ = text;
    setAccessibleName(text);
    setToolTip(text);
    fit();
}

QSize HeaderLabel::sizeHint() const {
    return minimumSizeHint();
}

QSize HeaderLabel::minimumSizeHint() const {
    return {60, QLabel::minimumSizeHint().height()};
}

void HeaderLabel::resizeEvent(QResizeEvent* event) {
    QLabel::resizeEvent(event);
    fit();
}

void HeaderLabel::changeEvent(QEvent* event) {
    QLabel::changeEvent(event);
    if (event->type() == QEvent::FontChange) fit();
}

void HeaderLabel::fit() {
    setText(fontMetrics().elidedText(text_, Qt::ElideRight, contentsRect().width()));
}

}  // namespace clipscope
