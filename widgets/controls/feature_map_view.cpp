#include "controls/feature_map_view.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "common/number_text.h"
#include "data/colour_map.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

constexpr int gap = 12;
constexpr int bar_width = 96;

QString number(float value) {
    return QString::fromStdString(rounded_text(double(value), 4));
}

}  // namespace

FeatureMapView::FeatureMapView(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Feature map without and with the fault"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void FeatureMapView::set_map(const FeatureMap& map, MapScale scale) {
    map_ = map;
    asked_ = scale;
    scale_ = scale == MapScale::both ? scale_of(map.clean, map.faulty) : scale_of(map.clean);
    const std::int64_t columns = raster_columns(map.height, map.width);
    clean_ = value_raster(map.clean, columns, scale_);
    faulty_ = value_raster(map.faulty, columns, scale_);
    message_.clear();
    setAccessibleDescription(legend());
    update();
}

void FeatureMapView::set_message(const QString& text) {
    message_ = text;
    setAccessibleDescription(text);
    update();
}

QString FeatureMapView::legend() const {
    const auto nonfinite = std::ranges::count_if(map_.faulty, [](float value) { return !std::isfinite(value); });
    const QString scale =
        asked_ == MapScale::both ? tr("One scale for both: %1 to %2") : tr("Scale of the map without the fault: %1 to %2");
    QString text = scale.arg(number(scale_.least), number(scale_.greatest));
    if (nonfinite > 0) text += tr("; %1 values with the fault are NaN or infinite").arg(nonfinite);
    return text;
}

QSize FeatureMapView::sizeHint() const {
    return {420, 200};
}

QSize FeatureMapView::minimumSizeHint() const {
    return {200, 3 * fontMetrics().height() + 60};
}

QRect FeatureMapView::room(int map) const {
    const int line = fontMetrics().height(), wide = (width() - gap) / 2;
    return {map * (wide + gap), line + 2, wide, std::max(0, height() - 2 * line - 10)};
}

void FeatureMapView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme theme = Theme::screen(palette(), font());
    painter.setPen(theme.text);
    if (!message_.isEmpty() || clean_.isNull()) {
        painter.drawText(rect().adjusted(8, 8, -8, -8), Qt::AlignCenter | Qt::TextWordWrap, message_);
        return;
    }
    const QImage* images[] = {&clean_, &faulty_};
    const QString titles[] = {tr("Without the fault"), tr("With the fault")};
    for (int map = 0; map < 2; ++map) {
        painter.setPen(theme.text);
        const QRect place = room(map);
        painter.drawText(QRect(place.left(), 0, place.width(), fontMetrics().height()), Qt::AlignCenter, titles[map]);
        drawn_[map] = draw_raster(painter, *images[map], place);
    }
    draw_scale(painter);
}

// Least, colours, greatest; then what stands for numbers that are none.
void FeatureMapView::draw_scale(QPainter& painter) const {
    const Theme theme = Theme::screen(palette(), font());
    const int line = fontMetrics().height();
    const int top = height() - line - 2, side = line - 4;
    const QString least = number(scale_.least), greatest = number(scale_.greatest), none = tr("NaN, ∞");
    const int words = fontMetrics().horizontalAdvance(least) + fontMetrics().horizontalAdvance(greatest);
    const int left_over = width() - words - fontMetrics().horizontalAdvance(none) - side - 36;
    const int bar = std::clamp(left_over, 24, bar_width);
    int x = 2;
    const auto write = [&](const QString& text) {
        const int wide = fontMetrics().horizontalAdvance(text);
        painter.setPen(theme.text);
        painter.drawText(QRect(x, top, wide + 2, line), Qt::AlignLeft | Qt::AlignVCenter, text);
        x += wide + 6;
    };
    painter.setFont(font());
    write(least);
    for (int i = 0; i < bar; ++i) {
        const Rgb& colour = viridis()[std::size_t(i * colour_steps / bar)];
        painter.fillRect(QRect(x + i, top + 2, 1, side), QColor(colour[0], colour[1], colour[2]));
    }
    x += bar + 6;
    write(greatest);
    x += 8;
    painter.fillRect(QRect(x, top + 2, side, side), nonfinite_colour());
    x += side + 4;
    write(none);
}

QString FeatureMapView::tip_at(const QPoint& point) const {
    if (!message_.isEmpty() || clean_.isNull()) return {};
    for (const QRect& place : drawn_) {
        if (!place.contains(point)) continue;
        const std::int64_t columns = clean_.width();
        const std::int64_t x = (point.x() - place.left()) * columns / place.width();
        const std::int64_t y = std::int64_t(point.y() - place.top()) * clean_.height() / place.height();
        const auto i = std::size_t(y * columns + x);
        if (i >= map_.clean.size()) return {};
        const QString where = map_.height > 1 ? tr("Row %1, column %2").arg(y).arg(x) : tr("Place %1").arg(i);
        return tr("%1: %2 → %3").arg(where, number(map_.clean[i]), number(map_.faulty[i]));
    }
    return legend();
}

bool FeatureMapView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QString tip = tip_at(help->pos());
    if (tip.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), tip, this);
    return true;
}

}  // namespace clipscope
