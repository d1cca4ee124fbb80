// A perceptual colour map for pictures of numbers: OpenCV's viridis, evenly in lightness from dark blue to yellow.
#pragma once

#include <array>
#include <cstdint>

namespace clipscope {

using Rgb = std::array<std::uint8_t, 3>;
constexpr int colour_steps = 256;

// From the least number to the greatest. Any thread.
const std::array<Rgb, colour_steps>& viridis();

// The step of a finite number between these two, which may be the same; what lies beyond them gets the first or the last.
int colour_step(float number, float least, float greatest);

}  // namespace clipscope
