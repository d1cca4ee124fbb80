// How the grids of a threshold search look: the same colour and marker wherever a grid is seen (AUC against T, trisection).
#pragma once

#include <algorithm>

#include "theme/theme.h"

namespace clipscope {

// number >= 1. Blue is the sweep's, vermillion the unclipped network's; the rest repeats after six grids.
inline SeriesStyle grid_style(int number, const Theme& theme) {
    static constexpr int order[] = {2, 3, 4, 5, 6, 7};
    return series_style(order[(std::max(1, number) - 1) % 6], theme);
}

inline SeriesStyle sweep_style(const Theme& theme) {
    return series_style(0, theme);
}

}  // namespace clipscope
