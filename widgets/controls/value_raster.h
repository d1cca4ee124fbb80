// Numbers as a picture, a pixel each, in a perceptual colour map; numbers that are none in a colour that the map does not have.
#pragma once

#include <QColor>
#include <QImage>
#include <cstdint>
#include <span>

class QPainter;

namespace clipscope {

struct ValueScale {
    float least = 0;  // of finite numbers
    float greatest = 0;

    friend bool operator==(const ValueScale&, const ValueScale&) = default;
};

// From the least to the greatest finite number of both; 0 to 0 where there is none.
ValueScale scale_of(std::span<const float> some, std::span<const float> others = {});

QColor nonfinite_colour();

// So many numbers a row; transparent behind the last. Numbers beyond the scale have its end colours.
QImage value_raster(std::span<const float> values, std::int64_t columns, const ValueScale& scale);

// A long row of numbers goes on in the next line: how many stand in one.
constexpr std::int64_t strip_columns = 64;
std::int64_t raster_columns(std::int64_t height, std::int64_t width);

// The picture as large as it fits, its pixels sharp, in the middle of the room; returns where it is.
QRect draw_raster(QPainter& painter, const QImage& raster, const QRect& room);

}  // namespace clipscope
