// Images to be looked at as a network sees them, and which ones to look at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/dataset.h"
#include "data/normalization.h"

namespace clipscope {

// Row by row, the red, green and blue of a pixel side by side.
struct SeenImage {
    int height = 0;
    int width = 0;
    std::vector<std::uint8_t> rgb;
};

// A network's input from -seen_limit (black) to +seen_limit (white), whatever the normalisation: only where the input is centred and
// scaled as networks are trained does it look like the image. What lies outside is clamped.
constexpr float seen_limit = 2.5F;

// Image `i` after padding and normalisation. One channel gives grey, of more than three the first three count; two show the first. Throws
// what prepare_image() throws.
SeenImage seen_image(const Dataset& dataset, std::size_t i, const InputFormat& format);

// Positions of up to `count` images spread evenly over the classes that have some, and within a class over its images: grouped by class, in
// the classes' order. A pure function of the labels.
std::vector<std::size_t> spread_positions(const std::vector<std::int32_t>& labels, std::size_t count);
std::vector<std::size_t> spread_positions(const Dataset& dataset, std::size_t count);

}  // namespace clipscope
