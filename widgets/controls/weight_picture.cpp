#include "controls/weight_picture.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "common/number_text.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

QString number(float value) {
    return QString::fromStdString(rounded_text(double(value), 4));
}

}  // namespace

WeightPicture::WeightPicture(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Where the number sits"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void WeightPicture::set_slice(const StoredSlice& slice) {
    slice_ = slice;
    scale_ = scale_of(slice.values);
    picture_ = value_raster(slice.values, raster_columns(slice.height, slice.width), scale_);
    setAccessibleDescription(QString::fromStdString(slice.words));
    update();
}

void WeightPicture::clear() {
    slice_ = {};
    picture_ = {};
    setAccessibleDescription({});
    update();
}

QPoint WeightPicture::marked() const {
    if (picture_.isNull()) return {};
    const std::int64_t place = slice_.row * slice_.width + slice_.column;
    return {int(place % picture_.width()), int(place / picture_.width())};
}

QSize WeightPicture::sizeHint() const {
    const int height = std::max(56, 3 * fontMetrics().height());
    return {2 * height, height};
}

void WeightPicture::paintEvent(QPaintEvent*) {
    if (picture_.isNull()) return;
    QPainter painter(this);
    drawn_ = draw_raster(painter, picture_, rect().adjusted(3, 3, -3, -3));
    const double cell = double(drawn_.width()) / picture_.width();
    const QRectF frame = QRectF(drawn_.left() + marked().x() * cell, drawn_.top() + marked().y() * cell, cell, cell).adjusted(-1, -1, 1, 1);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(Qt::white, 3));
    painter.drawRect(frame);
    painter.setPen(QPen(nonfinite_colour(), 1.5));
    painter.drawRect(frame);
}

bool WeightPicture::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip || picture_.isNull()) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QString tip = tr("The weights around it without faults, from %1 to %2; the framed one is the word's:\n%3")
                      .arg(number(scale_.least), number(scale_.greatest), QString::fromStdString(slice_.words));
    if (drawn_.contains(help->pos())) {
        const int x = (help->pos().x() - drawn_.left()) * picture_.width() / drawn_.width();
        const int y = (help->pos().y() - drawn_.top()) * picture_.height() / drawn_.height();
        const auto i = std::size_t(y) * std::size_t(picture_.width()) + std::size_t(x);
        if (i < slice_.values.size()) tip += tr("\nHere: %1").arg(number(slice_.values[i]));
    }
    QToolTip::showText(help->globalPos(), tip, this);
    return true;
}

}  // namespace clipscope
