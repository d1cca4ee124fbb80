// Logarithms that give the same bits on every processor: made of IEEE additions, multiplications and divisions only, where libm's vary
// between libraries and processors. Within 1e-15 of the true value, relatively.
#pragma once

namespace clipscope {

// Natural logarithm of a positive, normal, finite number.
double portable_log(double x);

// log(1 + x) without losing the digits of a small x; |x| <= 0.25.
double portable_log1p(double x);

}  // namespace clipscope
