// The protections of activations for one number, and numbers that tell a right definition from a wrong one.
#pragma once

#include <cmath>
#include <limits>
#include <map>
#include <string_view>
#include <vector>

namespace clipscope::testing {

// Everything where a definition could go wrong: around each bound and what the definitions make of it.
inline std::vector<float> difficult_values(float low, float high) {
    constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> values = {0.0F,     -0.0F,     1e-45F, -1e-45F, 1.1e-38F, -1.1e-38F, 1e38F, -1e38F,
                                 infinity, -infinity, nan,    -nan,    1,        -1,        2,     6};
    for (const float bound : {low, high, -high, 2 * high, std::ldexp(high, 64), 6.0F})
        for (const float value : {bound, std::nextafter(bound, infinity), std::nextafter(bound, -infinity)}) values.push_back(value);
    return values;
}

// The definitions of method.md, written once more for one number.
inline float clip(float y, float, float high) {
    return y >= -high && y <= high ? y : 0;
}
inline float range(float y, float low, float high) {
    if (y != y) return 0;
    if (y < low) return low;
    return y > high ? high : y;
}
inline float relu6(float y, float, float) {
    return y > 6 ? 6 : y;
}
inline float backflip(float y, float, float high) {
    if (y >= std::ldexp(high, 64))
        y = 0;
    else if (y >= 2 * high)
        y = 2;
    return y > high ? high : y;
}

using Definition = float (*)(float y, float low, float high);
inline const std::map<std::string_view, Definition> definitions = {
    {"clip", clip}, {"range", range}, {"relu6", relu6}, {"backflip", backflip}, {"fitact", clip}};

inline bool same(float one, float other) {
    return one == other || (one != one && other != other);
}

}  // namespace clipscope::testing
