// Numbers that intervals of 95 % confidence are made of.
#pragma once

#include <cstdint>

namespace clipscope {

inline constexpr double normal_quantile_975 = 1.959963984540054;

// Half of the width of the interval of a mean, in standard errors: Student's t at 0.975 with count - 1 degrees of freedom; count >= 2.
double student_t95(int count);

// None of so many trials showed it: at most this share of all trials does. 1 - 0.05^(1/n); 1 for no trial.
double unseen_share95(std::int64_t count);

}  // namespace clipscope
