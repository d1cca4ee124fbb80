// How tables for people write numbers; a dash where there is none.
#pragma once

#include <optional>
#include <string>

#include "statistics/mean_interval.h"

namespace clipscope {

inline constexpr const char* no_number = "–";

std::string percent_text(double fraction);                                                 // 0.716 as "71.60"
std::string interval_text(const Interval& interval, double unit = 100, int decimals = 2);  // "70.10…72.30"
std::string optional_text(const std::optional<double>& number, int decimals);

}  // namespace clipscope
