#include "data/image_file.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <memory>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>

#include "common/text_list.h"

namespace clipscope {

namespace {

constexpr std::uintmax_t max_picture_size = std::uintmax_t(256) << 20;

using Bytes = std::vector<std::uint8_t>;

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

bool is_jpeg(const Bytes& bytes) {
    return bytes.size() >= 2 && bytes[0] == 0xFF && bytes[1] == 0xD8;
}

// What the segments before the first scan say.
struct JpegHeader {
    PictureExtent extent;
    bool is_sequential = false;  // Huffman-coded, 8 bits a sample
    bool is_whole = false;       // the header, not what follows
};

JpegHeader jpeg_header(const Bytes& bytes) {
    constexpr std::uint8_t start_of_scan = 0xDA;
    JpegHeader header;
    std::size_t size = 0;
    for (std::size_t at = 2; at + 9 < bytes.size() && bytes[at] == 0xFF; at += 2 + size) {
        const std::uint8_t kind = bytes[at + 1];
        size = std::size_t(big_endian(bytes, at + 2, 2));
        if (kind == start_of_scan) {
            header.is_whole = at + 2 + size <= bytes.size();
            break;
        }
        if (kind < 0xC0 || kind > 0xCF || kind == 0xC4 || kind == 0xC8 || kind == 0xCC) continue;
        const int components = bytes[at + 9];
        header.extent = {int(big_endian(bytes, at + 5, 2)), int(big_endian(bytes, at + 7, 2)), components == 1 ? 1 : 3};
        header.is_sequential = kind <= 0xC1 && bytes[at + 4] == 8 && (components == 1 || components == 3);
    }
    return header;
}

constexpr std::uint64_t too_many_pixels = std::numeric_limits<std::uint64_t>::max();

bool is_space(std::uint8_t byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

// "P6 640 480", with comments and spaces of any number; a header that breaks off claims nothing that could be decoded.
std::uint64_t pixels_of_pnm(const Bytes& bytes) {
    std::size_t at = 2;
    const auto next_number = [&]() -> std::uint64_t {
        while (at < bytes.size() && (is_space(bytes[at]) || bytes[at] == '#')) {
            if (bytes[at] == '#')
                while (at < bytes.size() && bytes[at] != '\n') ++at;
            else
                ++at;
        }
        std::uint64_t number = 0;
        for (; at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9' && number <= most_picture_pixels; ++at)
            number = number * 10 + (bytes[at] - '0');
        return number;
    };
    const std::uint64_t width = next_number(), height = next_number();
    return width > most_picture_pixels || height > most_picture_pixels ? too_many_pixels : width * height;
}

// The width and length of the first directory.
std::uint64_t pixels_of_tiff(const Bytes& bytes) {
    const bool is_little = bytes[0] == 'I';
    const auto number = [&](std::size_t at, std::size_t size) {
        return is_little ? little_endian(bytes, at, size) : big_endian(bytes, at, size);
    };
    constexpr std::uint64_t width_tag = 256, length_tag = 257, short_type = 3;
    if (number(2, 2) != 42) return too_many_pixels;  // files of more than 4 GiB have another form
    const std::size_t directory = std::size_t(number(4, 4)), entries = std::size_t(number(directory, 2));
    std::uint64_t width = 0, length = 0;
    for (std::size_t entry = 0; entry < entries; ++entry) {
        const std::size_t at = directory + 2 + 12 * entry;
        if (at + 12 > bytes.size()) return too_many_pixels;
        const std::uint64_t value = number(at + 8, number(at + 2, 2) == short_type ? 2 : 4);
        if (number(at, 2) == width_tag) width = value;
        if (number(at, 2) == length_tag) length = value;
    }
    return width == 0 || length == 0 ? too_many_pixels : width * length;
}

std::uint64_t claimed_pixels(const Bytes& bytes) {
    const std::string start(bytes.begin(), bytes.begin() + std::ptrdiff_t(std::min<std::size_t>(bytes.size(), 16)));
    if (start.starts_with("\x89PNG")) return big_endian(bytes, 16, 4) * big_endian(bytes, 20, 4);
    if (is_jpeg(bytes)) {
        const PictureExtent extent = jpeg_header(bytes).extent;
        return std::uint64_t(extent.height) * std::uint64_t(extent.width);
    }
    if (start.starts_with("BM")) {
        const auto side = [&](std::size_t at) { return std::uint64_t(std::abs(std::int64_t(std::int32_t(little_endian(bytes, at, 4))))); };
        return side(18) * side(22);
    }
    if (start.size() > 2 && start[0] == 'P' && start[1] >= '1' && start[1] <= '6') return pixels_of_pnm(bytes);
    if (start.starts_with("II") || start.starts_with("MM")) return pixels_of_tiff(bytes);
    return 0;  // WebP: at most 16,383 a side
}

bool can_be_a_picture(const Bytes& bytes) {
    return !bytes.empty() && claimed_pixels(bytes) <= most_picture_pixels;
}

// Decoders do not say whether a picture is damaged or had no room, so what they need is asked for once more.
void require_room(std::uint64_t pixels) {
    constexpr std::size_t usual_room = std::size_t(16) << 20, bytes_a_pixel = 8;
    const std::unique_ptr<char[]> room(new char[usual_room + bytes_a_pixel * std::size_t(pixels)]);
    *static_cast<volatile char*>(room.get()) = 0;  // or compilers leave the allocation out
}

// An empty one where it cannot be decoded.
cv::Mat decode(const Bytes& file) {
    static const bool quiet = [] { return cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT), true; }();
    static_cast<void>(quiet);
    if (!can_be_a_picture(file)) return {};
    cv::Mat image;
    try {
        image = cv::imdecode(file, cv::IMREAD_ANYCOLOR | cv::IMREAD_IGNORE_ORIENTATION);
    } catch (const cv::Exception& error) {
        if (error.code == cv::Error::StsNoMem) throw std::bad_alloc();
        image.release();
    }
    if (image.empty()) require_room(claimed_pixels(file));
    const bool is_usable = !image.empty() && image.depth() == CV_8U && (image.channels() == 1 || image.channels() == 3);
    return is_usable ? image : cv::Mat();
}

}  // namespace

bool is_picture_name(const std::filesystem::path& path) {
    constexpr std::array<std::string_view, 10> endings{".jpg", ".jpeg", ".png", ".bmp", ".webp", ".ppm", ".pgm", ".pnm", ".tif", ".tiff"};
    if (path.filename().string().starts_with('.')) return false;
    return std::find(endings.begin(), endings.end(), lower_case(path.extension().string())) != endings.end();
}

std::vector<std::uint8_t> read_picture_file(const std::filesystem::path& path) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::is_regular_file(path, error) ? std::filesystem::file_size(path, error) : 0;
    if (error || size == 0 || size > max_picture_size) return {};
    Bytes bytes(static_cast<std::size_t>(size));
    std::ifstream file(path, std::ios::binary);
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
    return file ? bytes : Bytes();
}

std::optional<Picture> decode_picture(const std::vector<std::uint8_t>& file) {
    const cv::Mat image = decode(file);
    if (image.empty()) return std::nullopt;
    Picture picture{image.rows, image.cols, image.channels(), {}};
    const std::size_t row_size = std::size_t(image.cols) * image.elemSize();
    picture.pixels.reserve(row_size * std::size_t(image.rows));
    for (int y = 0; y < image.rows; ++y) picture.pixels.insert(picture.pixels.end(), image.ptr(y), image.ptr(y) + row_size);
    // OpenCV puts blue first.
    if (picture.channels == 3)
        for (std::size_t i = 0; i < picture.pixels.size(); i += 3) std::swap(picture.pixels[i], picture.pixels[i + 2]);
    return picture;
}

std::optional<PictureExtent> inspect_picture(const std::vector<std::uint8_t>& file) {
    if (!can_be_a_picture(file)) return std::nullopt;
    if (is_jpeg(file)) {
        const JpegHeader header = jpeg_header(file);
        if (header.is_sequential && header.is_whole && header.extent.height > 0 && header.extent.width > 0) return header.extent;
    }
    const cv::Mat image = decode(file);
    return image.empty() ? std::nullopt : std::optional(PictureExtent{image.rows, image.cols, image.channels()});
}

}  // namespace clipscope
