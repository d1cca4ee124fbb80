// Pictures of any size: reading them from PNG, JPEG, BMP and WebP files, and making them the size that a network takes, as the usual
// evaluation transforms of Python do (Resize, then CenterCrop). No OpenCV in this header.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace clipscope {

// 8-bit pixels, row by row, the channels of a pixel side by side: one (grey) or three (red, green, blue).
struct Picture {
    int height = 0;
    int width = 0;
    int channels = 0;
    std::vector<std::uint8_t> pixels;
};

// Nothing where the file cannot be read or decoded, or claims more than 100 million pixels. Transparency is dropped and no turning by a
// camera's orientation done, as Pillow's convert("RGB") has it.
std::optional<Picture> read_picture(const std::filesystem::path& path);

// "….jpg", "….jpeg", "….png", "….bmp", "….webp", in letters of any size.
bool is_picture_name(const std::filesystem::path& path);

// What to do with pictures before they enter a dataset; 0 leaves that step out.
struct PictureSize {
    int resize = 0;  // the shorter side becomes this long, the longer in proportion
    int crop = 0;    // the square in the middle, surrounded by black where the picture is smaller
    friend bool operator==(const PictureSize&, const PictureSize&) = default;
};

// Bilinear with the filter widened where the picture shrinks (antialiased): the same pixels as Pillow and torchvision's Resize.
Picture resized(const Picture& picture, int height, int width);

Picture transformed(const Picture& picture, const PictureSize& size);

}  // namespace clipscope
