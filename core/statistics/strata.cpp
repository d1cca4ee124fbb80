#include "statistics/strata.h"

#include <algorithm>
#include <cmath>

namespace clipscope {
namespace {

constexpr std::int64_t first_joined = 3;  // so many hits, or more, are one stratum
constexpr double least_weight = 0.005;    // of a stratum beside others

// How much more probable one hit more is.
double ratio_to_next(std::int64_t class_bits, double rate, std::int64_t hits) {
    return double(class_bits - hits) / double(hits + 1) * rate / (1 - rate);
}

}  // namespace

double stratum_weight(std::int64_t class_bits, double rate, std::int64_t low, std::optional<std::int64_t> high) {
    if (low > class_bits) return 0;
    const bool is_open = !high || *high >= class_bits;
    if (is_open && low == 0) return 1;
    // Most trials have more hits than that: the few that have not are summed up instead, without loss of digits.
    if (is_open && double(class_bits) * rate > double(low)) return 1 - stratum_weight(class_bits, rate, 0, low - 1);
    double probability = std::exp(double(class_bits - low) * std::log1p(-rate));  // of exactly `low`
    for (std::int64_t k = 0; k < low; ++k) probability *= double(class_bits - k) / double(k + 1) * rate;
    constexpr double negligible = 1e-18;
    const std::int64_t last = is_open ? class_bits : *high;
    double sum = probability;
    for (std::int64_t k = low; k < last; ++k) {
        const double ratio = ratio_to_next(class_bits, rate, k);
        probability *= ratio;
        sum += probability;
        if (ratio < 1 && probability <= negligible * sum) break;
    }
    return sum;
}

std::vector<Stratum> choose_strata(std::int64_t class_bits, double rate) {
    if (class_bits <= 0 || !(rate > 0 && rate < 1)) return {{}};
    std::vector<std::int64_t> starts;  // of the strata
    const std::int64_t joined = std::min(first_joined, class_bits);
    for (std::int64_t k = 0; k <= joined; ++k) {
        // Few trials are spared: they join those that are hit a little more.
        if (!starts.empty() && stratum_weight(class_bits, rate, starts.back(), k - 1) < least_weight) continue;
        starts.push_back(k);
    }
    // Few trials are hit so often: they join those that are hit less. Hit or not stays apart, however rare hits are.
    while (starts.size() > 2 && stratum_weight(class_bits, rate, starts.back(), {}) < least_weight) starts.pop_back();
    std::vector<Stratum> strata;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const auto high = i + 1 < starts.size() ? std::optional(starts[i + 1] - 1) : std::nullopt;
        strata.push_back({starts[i], high, stratum_weight(class_bits, rate, starts[i], high)});
    }
    return strata;
}

std::size_t stratum_of(const std::vector<Stratum>& strata, std::int64_t hits) {
    return std::size_t(std::find_if(strata.begin(), strata.end(), [&](const Stratum& stratum) { return stratum.holds(hits); }) -
                       strata.begin());
}

std::int64_t draw_hits(const Stratum& stratum, std::int64_t class_bits, double rate, double u) {
    const std::int64_t highest = std::min(stratum.high.value_or(class_bits), class_bits);
    if (stratum.low >= highest) return stratum.low;
    constexpr double negligible = 1e-18;
    std::vector<double> weights{1};  // relative to the first
    double total = 1;
    for (std::int64_t k = stratum.low; k < highest; ++k) {
        const double ratio = ratio_to_next(class_bits, rate, k);
        const double next = weights.back() * ratio;
        if (ratio < 1 && next < negligible * total) break;
        weights.push_back(next);
        total += next;
    }
    double left = u * total;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (left < weights[i]) return stratum.low + std::int64_t(i);
        left -= weights[i];
    }
    return stratum.low + std::int64_t(weights.size()) - 1;
}

}  // namespace clipscope
