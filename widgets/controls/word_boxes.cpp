#include "controls/word_boxes.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "theme/theme.h"

namespace clipscope {
namespace {

constexpr int gap_between_bytes = 4;
constexpr int smallest_box = 9;

bool is_set(std::uint32_t word, int bit) {
    return (word >> bit & 1) != 0;
}

// One of the series' colours for each field, over the background.
QColor colour_of(BitField field, const Theme& theme) {
    const int series[] = {1, 2, 0, 2, 0};
    return faded(series_style(series[int(field)], theme).color, theme, 0.35);
}

}  // namespace

WordBoxes::WordBoxes(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Stored word"));
    setAccessibleDescription(tr("The bits of the stored number: arrow keys go from one to the next, Space flips it"));
}

void WordBoxes::set_word(const NumberFormat& format, std::uint32_t clean, std::uint32_t flipped, std::uint32_t allowed) {
    format_ = format;
    clean_ = clean;
    flipped_ = flipped;
    allowed_ = allowed & word_mask(format.bits());
    current_ = std::clamp(current_, 0, format.bits() - 1);
    update();
}

QRect WordBoxes::box(int bit) const {
    const int bits = format_.bits();
    const int gaps = (bits - 1) / 8 * gap_between_bytes;
    const int side = std::max(smallest_box, (width() - gaps) / bits);
    const int place = bits - 1 - bit;  // from the left
    return {place * side + ((bits - 1) / 8 - bit / 8) * gap_between_bytes, 0, side - 1, height() - 1};
}

QSize WordBoxes::sizeHint() const {
    return {32 * 18 + 3 * gap_between_bytes, fontMetrics().height() + 14};
}

QSize WordBoxes::minimumSizeHint() const {
    return {32 * smallest_box + 3 * gap_between_bytes, fontMetrics().height() + 10};
}

void WordBoxes::paintEvent(QPaintEvent*) {
    const Theme theme = Theme::screen(palette(), font());
    QPainter painter(this);
    painter.setFont(tabular(font()));
    for (int bit = 0; bit < format_.bits(); ++bit) {
        const QRect place = box(bit);
        painter.setPen(Qt::NoPen);
        painter.setBrush(isEnabled() ? colour_of(field_of(format_, bit), theme) : theme.grid);
        painter.drawRect(place);
        painter.setPen(is_set(allowed_, bit) ? theme.text : theme.muted);
        painter.drawText(place, Qt::AlignCenter, is_set(clean_ ^ flipped_, bit) ? QStringLiteral("1") : QStringLiteral("0"));
        const bool is_current = hasFocus() && bit == current_;
        if (!is_set(flipped_, bit) && !is_current) continue;
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(is_set(flipped_, bit) ? theme.error : theme.accent, 2, is_current ? Qt::DotLine : Qt::SolidLine));
        painter.drawRect(place.adjusted(1, 1, -1, -1));
    }
}

int WordBoxes::bit_at(const QPoint& point) const {
    for (int bit = 0; bit < format_.bits(); ++bit)
        if (box(bit).contains(point)) return bit;
    return -1;
}

QString WordBoxes::describe(int bit) const {
    const QString name = tr("Bit %1, %2").arg(bit).arg(QString::fromStdString(to_string(field_of(format_, bit))));
    if (!is_set(allowed_, bit)) return tr("%1: not among those that may be faulty").arg(name);
    return is_set(flipped_, bit) ? tr("%1, flipped: a click takes the fault back").arg(name) : tr("%1: a click flips it").arg(name);
}

void WordBoxes::ask(int bit) {
    if (bit < 0 || !is_set(allowed_, bit)) return;
    current_ = bit;
    update();
    Q_EMIT bit_asked(bit);
}

void WordBoxes::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) ask(bit_at(event->position().toPoint()));
}

void WordBoxes::keyPressEvent(QKeyEvent* event) {
    const int step = event->key() == Qt::Key_Left ? 1 : event->key() == Qt::Key_Right ? -1 : 0;
    if (step != 0) {
        current_ = std::clamp(current_ + step, 0, format_.bits() - 1);
        update();
    } else if (event->key() == Qt::Key_Space || event->key() == Qt::Key_Return) {
        ask(current_);
    } else {
        QWidget::keyPressEvent(event);
    }
}

bool WordBoxes::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int bit = bit_at(help->pos());
    if (bit < 0)
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), describe(bit), this, box(bit));
    return true;
}

}  // namespace clipscope
