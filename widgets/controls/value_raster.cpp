#include "controls/value_raster.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "data/colour_map.h"

namespace clipscope {

ValueScale scale_of(std::span<const float> some, std::span<const float> others) {
    ValueScale scale;
    bool is_first = true;
    for (const std::span<const float> values : {some, others})
        for (const float value : values) {
            if (!std::isfinite(value)) continue;
            scale.least = is_first ? value : std::min(scale.least, value);
            scale.greatest = is_first ? value : std::max(scale.greatest, value);
            is_first = false;
        }
    return scale;
}

QColor nonfinite_colour() {
    return {0xff, 0x2d, 0x55};
}

QImage value_raster(std::span<const float> values, std::int64_t columns, const ValueScale& scale) {
    if (values.empty() || columns <= 0) return {};
    const auto rows = (std::int64_t(values.size()) + columns - 1) / columns;
    QImage image(int(columns), int(rows), QImage::Format_ARGB32);
    image.fill(Qt::transparent);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const int x = int(std::int64_t(i) % columns), y = int(std::int64_t(i) / columns);
        QRgb colour = nonfinite_colour().rgb();
        if (std::isfinite(values[i])) {
            const Rgb& own = viridis()[std::size_t(colour_step(values[i], scale.least, scale.greatest))];
            colour = qRgb(own[0], own[1], own[2]);
        }
        image.setPixel(x, y, colour);
    }
    return image;
}

std::int64_t raster_columns(std::int64_t height, std::int64_t width) {
    return height > 1 ? width : std::min(width, strip_columns);
}

QRect draw_raster(QPainter& painter, const QImage& raster, const QRect& room) {
    if (raster.isNull() || room.isEmpty()) return {};
    constexpr int largest_pixel = 24;  // a single number need not fill the window
    const double fit = std::min({double(room.width()) / raster.width(), double(room.height()) / raster.height(), double(largest_pixel)});
    const QSize size(std::max(1, int(raster.width() * fit)), std::max(1, int(raster.height() * fit)));
    QRect place(QPoint(), size);
    place.moveCenter(room.center());
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(place, raster);
    return place;
}

}  // namespace clipscope
