#include "faults/portable_log.h"

#include <bit>
#include <cstdint>

namespace clipscope {

namespace {

// log((1 + z) / (1 - z)) = 2 atanh(z) = 2 (z + z³/3 + z⁵/5 + …); eleven terms beyond the first leave less than 1e-18 for |z| <= 0.172.
double twice_atanh(double z) {
    const double square = z * z;
    double sum = 0;
    for (int n = 23; n >= 3; n -= 2) sum = (sum + 1.0 / n) * square;
    return 2 * (z + z * sum);
}

}  // namespace

double portable_log(double x) {
    constexpr double ln2_high = 0x1.62e42fee00000p-1;  // 32 bits, so that its products with exponents are exact
    constexpr double ln2_low = 0x1.a39ef35793c76p-33;
    constexpr std::uint64_t fraction_mask = (std::uint64_t(1) << 52) - 1;
    constexpr double sqrt2 = 0x1.6a09e667f3bcdp+0;

    // x = m · 2^e with m around 1, so that z stays small and no digits cancel.
    const auto bits = std::bit_cast<std::uint64_t>(x);
    int exponent = static_cast<int>(bits >> 52) - 1023;
    auto m = std::bit_cast<double>((bits & fraction_mask) | (std::uint64_t(1023) << 52));
    if (m > sqrt2) {
        m *= 0.5;
        ++exponent;
    }
    return exponent * ln2_high + (exponent * ln2_low + twice_atanh((m - 1) / (m + 1)));
}

double portable_log1p(double x) {
    return twice_atanh(x / (2 + x));
}

}  // namespace clipscope
