#include "controls/image_grid.h"

#include <QEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "theme/theme.h"

namespace clipscope {

namespace {

constexpr int columns = 4;
constexpr int rows = 3;
constexpr int gap = 10;
constexpr int padding = 4;
// Smaller images show their pixels, as the network has no others.
constexpr int pixelated_below = 64;

const QString right_mark = QStringLiteral("\u2713 ");
const QString wrong_mark = QStringLiteral("\u2717 ");

QString answer_text(const GridImage& image) {
    return image.answer.isEmpty() ? QString() : (image.is_right ? right_mark : wrong_mark) + image.answer;
}

}  // namespace

QString class_title(std::int32_t label, const std::vector<std::string>& names) {
    return std::size_t(label) < names.size() ? QString::fromStdString(names[std::size_t(label)]) : QObject::tr("class %1").arg(label);
}

ImageGrid::ImageGrid(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Images as the network sees them"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void ImageGrid::set_images(std::vector<GridImage> images) {
    images_ = std::move(images);
    message_.clear();
    describe();
    update();
}

void ImageGrid::make_choosable() {
    chosen_ = 0;
    setFocusPolicy(Qt::StrongFocus);
}

void ImageGrid::choose(int index) {
    if (chosen_ < 0 || index < 0 || index >= int(images_.size()) || index == chosen_) return;
    chosen_ = index;
    update();
    Q_EMIT image_chosen(index);
}

void ImageGrid::mousePressEvent(QMouseEvent* event) {
    if (chosen_ < 0 || event->button() != Qt::LeftButton) return QWidget::mousePressEvent(event);
    for (int i = 0; i < int(images_.size()); ++i)
        if (tile(i).contains(event->position().toPoint())) choose(i);
}

void ImageGrid::keyPressEvent(QKeyEvent* event) {
    const int key = event->key();
    const int step = key == Qt::Key_Left ? -1 : key == Qt::Key_Right ? 1 : key == Qt::Key_Up ? -columns : key == Qt::Key_Down ? columns : 0;
    if (chosen_ < 0 || step == 0) return QWidget::keyPressEvent(event);
    choose(chosen_ + step);
}

void ImageGrid::set_message(const QString& text, bool keep_images) {
    message_ = text;
    keeps_images_ = keep_images;
    describe();
    update();
}

void ImageGrid::describe() {
    QStringList texts;
    if (!message_.isEmpty()) texts << message_;
    for (const GridImage& image : images_) {
        const QString verdict = image.is_right ? tr("%1, taken for %2, right") : tr("%1, taken for %2, wrong");
        texts << (image.answer.isEmpty() ? image.label : verdict.arg(image.label, image.answer));
    }
    setAccessibleDescription(texts.join(QStringLiteral("; ")));
}

QSize ImageGrid::sizeHint() const {
    const int height = 112 + 2 * fontMetrics().height() + 3 * padding;
    return {columns * 124 + (columns - 1) * gap, rows * height + (rows - 1) * gap};
}

QSize ImageGrid::minimumSizeHint() const {
    const int height = 64 + 2 * fontMetrics().height() + 3 * padding;
    return {columns * 84 + (columns - 1) * gap, rows * height + (rows - 1) * gap};
}

QSize ImageGrid::tile_size() const {
    return {(width() - (columns - 1) * gap) / columns, (height() - (rows - 1) * gap) / rows};
}

QRect ImageGrid::tile(int index) const {
    const QSize size = tile_size();
    return {QPoint(index % columns * (size.width() + gap), index / columns * (size.height() + gap)), size};
}

void ImageGrid::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme theme = Theme::screen(palette(), font());
    const bool shows_images = message_.isEmpty() || keeps_images_;
    if (shows_images) {
        painter.setOpacity(message_.isEmpty() ? 1 : 0.3);
        for (std::size_t i = 0; i < std::min<std::size_t>(images_.size(), columns * rows); ++i)
            draw_tile(painter, images_[i], tile(int(i)));
        if (chosen_ >= 0 && chosen_ < int(images_.size())) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(theme.accent, hasFocus() ? 3 : 2));
            painter.drawRect(QRectF(tile(chosen_)).adjusted(4, 4, -4, -4));  // within the frame that says whether the answer is right
        }
        painter.setOpacity(1);
    }
    if (message_.isEmpty()) return;
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, message_);
}

// The image, then what it is, then what it is taken for.
void ImageGrid::draw_tile(QPainter& painter, const GridImage& image, const QRect& place) const {
    const Theme theme = Theme::screen(palette(), font());
    const int line = fontMetrics().height();
    const bool has_answer = !image.answer.isEmpty();
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor frame = has_answer && !image.is_right ? theme.error : faded(theme.text, theme, 0.25);
    painter.setPen(QPen(frame, has_answer && !image.is_right ? 1.5 : 1, has_answer && !image.is_right ? Qt::DashLine : Qt::SolidLine));
    painter.setBrush(theme.background);
    painter.drawRoundedRect(QRectF(place).adjusted(0.75, 0.75, -0.75, -0.75), 5, 5);

    const QRect room = place.adjusted(2 * padding, 2 * padding, -2 * padding, -2 * line - 3 * padding);
    const QSize size = image.image.size().scaled(room.size(), Qt::KeepAspectRatio);
    QRect target(QPoint(), size);
    target.moveCenter(room.center());
    painter.setRenderHint(QPainter::SmoothPixmapTransform, image.image.width() >= pixelated_below);
    painter.drawImage(target, image.image);

    QRect text(place.left() + 2 * padding, room.bottom() + padding, place.width() - 4 * padding, line);
    painter.setPen(theme.text);
    painter.drawText(text, Qt::AlignCenter, fontMetrics().elidedText(image.label, Qt::ElideRight, text.width()));
    text.translate(0, line);
    painter.setPen(image.is_right ? theme.muted : theme.error);
    painter.drawText(text, Qt::AlignCenter, fontMetrics().elidedText(answer_text(image), Qt::ElideMiddle, text.width()));
}

bool ImageGrid::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    for (std::size_t i = 0; i < images_.size(); ++i) {
        if (!tile(int(i)).contains(help->pos())) continue;
        const GridImage& image = images_[i];
        const QString verdict = image.is_right ? tr("An image of %1, recognised: %2") : tr("An image of %1, taken for %2");
        QToolTip::showText(help->globalPos(),
                           image.answer.isEmpty() ? tr("An image of %1").arg(image.label) : verdict.arg(image.label, image.answer), this,
                           tile(int(i)));
        return true;
    }
    QToolTip::hideText();
    return true;
}

}  // namespace clipscope
