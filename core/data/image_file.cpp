#include "data/image_file.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>

#include "common/text_list.h"

namespace clipscope {

namespace {

constexpr std::uintmax_t max_file_size = std::uintmax_t(256) << 20;
constexpr std::uint64_t max_pixels = 100'000'000;

using Bytes = std::vector<std::uint8_t>;

Bytes read_bytes(const std::filesystem::path& path) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::is_regular_file(path, error) ? std::filesystem::file_size(path, error) : 0;
    if (error || size == 0 || size > max_file_size) return {};
    Bytes bytes(static_cast<std::size_t>(size));
    std::ifstream file(path, std::ios::binary);
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
    return file ? bytes : Bytes();
}

std::uint64_t big_endian(const Bytes& bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | (at + i < bytes.size() ? bytes[at + i] : 0);
    return value;
}

std::uint64_t little_endian(const Bytes& bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | (at + i < bytes.size() ? bytes[at + i] : 0);
    return value;
}

// Height times width in the frame header, before which come segments with their lengths.
std::uint64_t jpeg_pixels(const Bytes& bytes) {
    for (std::size_t at = 2; at + 9 < bytes.size() && bytes[at] == 0xFF; at += 2 + std::size_t(big_endian(bytes, at + 2, 2))) {
        const std::uint8_t kind = bytes[at + 1];
        if (kind >= 0xC0 && kind <= 0xCF && kind != 0xC4 && kind != 0xC8 && kind != 0xCC)
            return big_endian(bytes, at + 5, 2) * big_endian(bytes, at + 7, 2);
    }
    return 0;  // a JPEG's sides are 65,535 at most; the decoder says what is wrong with it
}

std::uint64_t claimed_pixels(const Bytes& bytes) {
    const std::string start(bytes.begin(), bytes.begin() + std::ptrdiff_t(std::min<std::size_t>(bytes.size(), 16)));
    if (start.starts_with("\x89PNG")) return big_endian(bytes, 16, 4) * big_endian(bytes, 20, 4);
    if (start.starts_with("\xFF\xD8")) return jpeg_pixels(bytes);
    if (start.starts_with("BM")) {
        const auto side = [&](std::size_t at) { return std::uint64_t(std::abs(std::int64_t(std::int32_t(little_endian(bytes, at, 4))))); };
        return side(18) * side(22);
    }
    return 0;  // WebP: at most 16,383 a side
}

}  // namespace

bool is_picture_name(const std::filesystem::path& path) {
    constexpr std::array<std::string_view, 5> endings{".jpg", ".jpeg", ".png", ".bmp", ".webp"};
    return std::find(endings.begin(), endings.end(), lower_case(path.extension().string())) != endings.end();
}

std::optional<Picture> read_picture(const std::filesystem::path& path) {
    static const bool quiet = [] { return cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT), true; }();
    static_cast<void>(quiet);
    const Bytes bytes = read_bytes(path);
    if (bytes.empty() || claimed_pixels(bytes) > max_pixels) return std::nullopt;
    cv::Mat image;
    try {
        image = cv::imdecode(bytes, cv::IMREAD_ANYCOLOR | cv::IMREAD_IGNORE_ORIENTATION);
    } catch (const cv::Exception&) {
        return std::nullopt;
    }
    if (image.empty() || image.depth() != CV_8U || (image.channels() != 1 && image.channels() != 3)) return std::nullopt;
    Picture picture{image.rows, image.cols, image.channels(), {}};
    const std::size_t row_size = std::size_t(image.cols) * image.elemSize();
    for (int y = 0; y < image.rows; ++y) picture.pixels.insert(picture.pixels.end(), image.ptr(y), image.ptr(y) + row_size);
    // OpenCV puts blue first.
    if (picture.channels == 3)
        for (std::size_t i = 0; i < picture.pixels.size(); i += 3) std::swap(picture.pixels[i], picture.pixels[i + 2]);
    return picture;
}

}  // namespace clipscope
