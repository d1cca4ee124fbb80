#include "statistics/stratified_estimate.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace clipscope {

void StratumSample::add(double value) {
    const std::int64_t units = in_fraction_units(value);
    values_.add(units);
    sum_ += units;
}

StratifiedEstimate StratumSample::estimate() const {
    const Interval interval = mean_interval(values_);
    const double mean = count() == 0 ? (interval.low + interval.high) / 2 : double(sum_) / double(fraction_unit) / double(count());
    return {mean, {std::min(interval.low, mean), std::max(interval.high, mean)}};
}

StratifiedEstimate weighted_sum(std::span<const StratifiedEstimate> estimates, std::span<const double> weights) {
    StratifiedEstimate sum;
    double below = 0;  // squares
    double above = 0;
    for (std::size_t i = 0; i < estimates.size(); ++i) {
        const StratifiedEstimate& one = estimates[i];
        sum.mean += weights[i] * one.mean;
        double down = weights[i] * (one.mean - one.ci95.low);
        double up = weights[i] * (one.ci95.high - one.mean);
        if (weights[i] < 0) std::swap(down, up);
        below += down * down;
        above += up * up;
    }
    sum.ci95 = {sum.mean - std::sqrt(below), sum.mean + std::sqrt(above)};
    return sum;
}

}  // namespace clipscope
