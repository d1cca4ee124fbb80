#include <algorithm>
#include <cmath>

#include "data/image_file.h"

namespace clipscope {

namespace {

constexpr int fraction_bits = 22;  // of a weight; Pillow computes in fixed point, too, so results are equal

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

// The pixels of a line, `stride` apart, weighed.
std::uint8_t weighed(const std::uint8_t* line, std::size_t stride, const Window& window) {
    std::int64_t sum = std::int64_t(1) << (fraction_bits - 1);
    for (std::size_t j = 0; j < window.weights.size(); ++j)
        sum += std::int64_t(line[(std::size_t(window.first) + j) * stride]) * window.weights[j];
    return std::uint8_t(std::clamp<std::int64_t>(sum >> fraction_bits, 0, 255));
}

Picture resized_width(const Picture& from, int width) {
    Picture to{from.height, width, from.channels, {}};
    to.pixels.reserve(std::size_t(to.height) * std::size_t(width) * std::size_t(to.channels));
    const std::vector<Window> columns = windows(from.width, width);
    const auto channels = std::size_t(from.channels);
    for (int y = 0; y < from.height; ++y)
        for (const Window& column : columns)
            for (std::size_t c = 0; c < channels; ++c)
                to.pixels.push_back(
                    weighed(from.pixels.data() + std::size_t(y) * std::size_t(from.width) * channels + c, channels, column));
    return to;
}

Picture resized_height(const Picture& from, int height) {
    Picture to{height, from.width, from.channels, {}};
    const std::size_t row_size = std::size_t(from.width) * std::size_t(from.channels);
    to.pixels.reserve(std::size_t(height) * row_size);
    for (const Window& row : windows(from.height, height))
        for (std::size_t x = 0; x < row_size; ++x) to.pixels.push_back(weighed(from.pixels.data() + x, row_size, row));
    return to;
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

Picture resized(const Picture& picture, int height, int width) {
    const Picture narrowed = width == picture.width ? picture : resized_width(picture, width);
    return height == narrowed.height ? narrowed : resized_height(narrowed, height);
}

Picture transformed(const Picture& picture, const PictureSize& size) {
    Picture result = picture;
    if (size.resize > 0) {
        const int shorter = std::min(picture.height, picture.width), longer = std::max(picture.height, picture.width);
        const int other = int(std::int64_t(size.resize) * longer / shorter);
        result = picture.height <= picture.width ? resized(picture, size.resize, other) : resized(picture, other, size.resize);
    }
    return size.crop > 0 ? cropped(result, size.crop) : result;
}

}  // namespace clipscope
