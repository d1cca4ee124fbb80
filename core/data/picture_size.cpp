#include <algorithm>
#include <array>
#include <cmath>

#include "data/image_file.h"

namespace clipscope {

namespace {

// Of a weight. Pillow computes in fixed point, too, so results are equal. The weights of a pixel add up to 1, so that sums stay below 2³¹.
constexpr int fraction_bits = 22;
constexpr std::int32_t half = std::int32_t(1) << (fraction_bits - 1);

// Which input pixels an output pixel is made of, and how much of each.
struct Window {
    int first = 0;
    std::vector<std::int32_t> weights;
};

std::vector<Window> windows(int from, int to) {
    const double scale = double(from) / to;
    const double support = std::max(scale, 1.0);
    std::vector<Window> result;
    for (int i = 0; i < to; ++i) {
        const double center = (i + 0.5) * scale;
        const int first = std::max(0, int(center - support + 0.5));
        const int last = std::min(from, int(center + support + 0.5));
        std::vector<double> weights;
        double sum = 0;
        for (int j = first; j < last; ++j) {
            weights.push_back(std::max(0.0, 1.0 - std::abs((j - center + 0.5) / support)));
            sum += weights.back();
        }
        Window window{first, {}};
        for (const double weight : weights) window.weights.push_back(std::int32_t(weight / sum * (1 << fraction_bits) + 0.5));
        result.push_back(std::move(window));
    }
    return result;
}

std::uint8_t rounded(std::int32_t sum) {
    return std::uint8_t(std::clamp<std::int32_t>(sum >> fraction_bits, 0, 255));
}

template <std::size_t channels>
void resize_row(const std::uint8_t* from, const std::vector<Window>& columns, std::uint8_t* to) {
    for (const Window& column : columns) {
        std::array<std::int32_t, channels> sums;
        sums.fill(half);
        const std::uint8_t* pixel = from + std::size_t(column.first) * channels;
        for (const std::int32_t weight : column.weights)
            for (std::size_t c = 0; c < channels; ++c) sums[c] += std::int32_t(*pixel++) * weight;
        for (const std::int32_t sum : sums) *to++ = rounded(sum);
    }
}

Picture resized_width(const Picture& from, int width) {
    Picture to{from.height, width, from.channels, {}};
    const std::size_t from_row = std::size_t(from.width) * std::size_t(from.channels);
    const std::size_t to_row = std::size_t(width) * std::size_t(from.channels);
    to.pixels.resize(std::size_t(to.height) * to_row);
    const std::vector<Window> columns = windows(from.width, width);
    const auto resize = from.channels == 1 ? &resize_row<1> : &resize_row<3>;
    for (std::size_t y = 0; y < std::size_t(from.height); ++y)
        resize(from.pixels.data() + y * from_row, columns, to.pixels.data() + y * to_row);
    return to;
}

// Whole rows are added up, so that memory is read in its order.
Picture resized_height(const Picture& from, int height) {
    Picture to{height, from.width, from.channels, {}};
    const std::size_t row_size = std::size_t(from.width) * std::size_t(from.channels);
    to.pixels.reserve(std::size_t(height) * row_size);
    std::vector<std::int32_t> sums(row_size);
    for (const Window& row : windows(from.height, height)) {
        std::fill(sums.begin(), sums.end(), half);
        const std::uint8_t* pixel = from.pixels.data() + std::size_t(row.first) * row_size;
        for (const std::int32_t weight : row.weights)
            for (std::int32_t& sum : sums) sum += std::int32_t(*pixel++) * weight;
        for (const std::int32_t sum : sums) to.pixels.push_back(rounded(sum));
    }
    return to;
}

std::pair<int, int> resized_extent(int height, int width, int shorter_side) {
    if (shorter_side == 0) return {height, width};
    const int other = int(std::int64_t(shorter_side) * std::max(height, width) / std::min(height, width));
    return height <= width ? std::pair(shorter_side, other) : std::pair(other, shorter_side);
}

// As Python rounds a half: to the even side.
int half_rounded(int number) {
    return int(std::nearbyint(number / 2.0));
}

Picture cropped(const Picture& from, int size) {
    Picture to{size, size, from.channels, {}};
    to.pixels.assign(std::size_t(size) * std::size_t(size) * std::size_t(from.channels), 0);
    // What is missing is padded half on either side, the smaller half first; then the middle is taken.
    const auto offset = [&](int length) { return length < size ? -((size - length) / 2) : half_rounded(length - size); };
    const int top = offset(from.height), left = offset(from.width);
    const auto channels = std::size_t(from.channels);
    for (int y = std::max(0, -top); y < size && y + top < from.height; ++y) {
        const int first = std::max(0, -left), count = std::min(size - first, from.width - (first + left));
        const std::uint8_t* source =
            from.pixels.data() + (std::size_t(y + top) * std::size_t(from.width) + std::size_t(first + left)) * channels;
        std::copy_n(source, std::size_t(count) * channels,
                    to.pixels.data() + (std::size_t(y) * std::size_t(size) + std::size_t(first)) * channels);
    }
    return to;
}

}  // namespace

Picture resized(Picture picture, int height, int width) {
    if (width != picture.width) picture = resized_width(picture, width);
    if (height != picture.height) picture = resized_height(picture, height);
    return picture;
}

Picture transformed(Picture picture, const PictureSize& size) {
    const auto [height, width] = resized_extent(picture.height, picture.width, size.resize);
    Picture result = resized(std::move(picture), height, width);
    return size.crop > 0 ? cropped(result, size.crop) : result;
}

bool is_too_long(const PictureExtent& picture, const PictureSize& size) {
    const auto [height, width] = resized_extent(picture.height, picture.width, size.resize);
    return std::uint64_t(height) * std::uint64_t(width) > most_picture_pixels;
}

std::pair<int, int> transformed_extent(int height, int width, const PictureSize& size) {
    return size.crop > 0 ? std::pair(size.crop, size.crop) : resized_extent(height, width, size.resize);
}

void append_planes(const Picture& picture, int channels, std::vector<std::uint8_t>& planes) {
    const auto stride = std::size_t(picture.channels);
    const std::size_t area = picture.pixels.size() / stride, start = planes.size();
    planes.resize(start + area * std::size_t(channels));
    std::uint8_t* to = planes.data() + start;
    for (int c = 0; c < channels; ++c) {
        const std::uint8_t* from = picture.pixels.data() + (picture.channels == 3 ? c : 0);
        for (std::size_t i = 0; i < area; ++i, from += stride) *to++ = *from;
    }
}

}  // namespace clipscope
