// Pictures of any size: reading them from PNG, JPEG, BMP, WebP, PPM, PGM and TIFF files, and making them the size that a network takes, as
// the usual evaluation transforms of Python do (Resize, then CenterCrop). No OpenCV in this header. Where memory is short, std::bad_alloc
// is thrown: a picture that there was no room for never counts as one that cannot be read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace clipscope {

constexpr std::uint64_t most_picture_pixels = 100'000'000;

// 8-bit pixels, row by row, the channels of a pixel side by side: one (grey) or three (red, green, blue).
struct Picture {
    int height = 0;
    int width = 0;
    int channels = 0;
    std::vector<std::uint8_t> pixels;
};

// "….jpg", "….jpeg", "….png", "….bmp", "….webp", "….ppm", "….pgm", "….pnm", "….tif", "….tiff", in letters of any size; no file whose name
// begins with a dot, which is never a picture (what other systems keep beside each file).
bool is_picture_name(const std::filesystem::path& path);

// A file's bytes; none where it is missing, empty, unreadable or larger than 256 MiB.
std::vector<std::uint8_t> read_picture_file(const std::filesystem::path& path);

// Nothing where the bytes cannot be decoded or claim more than 100 million pixels. Transparency is dropped and no turning by
// a camera's orientation done, as Pillow's convert("RGB") has it.
std::optional<Picture> decode_picture(const std::vector<std::uint8_t>& file);

// What is known of a file's picture without keeping its pixels.
struct PictureExtent {
    int height = 0;
    int width = 0;
    int channels = 0;
};

// Nothing where decode_picture() gives nothing. Decodes the picture unless it is a sequential JPEG, whose header says enough: the decoder
// takes whatever comes behind it.
std::optional<PictureExtent> inspect_picture(const std::vector<std::uint8_t>& file);

// What to do with pictures before they enter a dataset; 0 leaves that step out.
struct PictureSize {
    int resize = 0;  // the shorter side becomes this long, the longer in proportion
    int crop = 0;    // the square in the middle, surrounded by black where the picture is smaller
    friend bool operator==(const PictureSize&, const PictureSize&) = default;
};

// Bilinear with the filter widened where the picture shrinks (antialiased): the same pixels as Pillow and torchvision's Resize.
Picture resized(Picture picture, int height, int width);

Picture transformed(Picture picture, const PictureSize& size);

// Whether resizing makes more than 100 million pixels of it: a line of a picture.
bool is_too_long(const PictureExtent& picture, const PictureSize& size);

// Height and width that transformed() gives a picture of this height and width.
std::pair<int, int> transformed_extent(int height, int width, const PictureSize& size);

// Appends the rows of one channel after the other, as networks take them; a grey picture gives three equal channels where three are wanted.
void append_planes(const Picture& picture, int channels, std::vector<std::uint8_t>& planes);

}  // namespace clipscope
