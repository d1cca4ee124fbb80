#include "statistics/stratified_estimate.h"

#include <cmath>

namespace clipscope {

StratifiedEstimate stratified_estimate(std::span<const StratumSample> strata) {
    std::vector<StratifiedEstimate> estimates;
    std::vector<double> weights;
    for (const StratumSample& stratum : strata) {
        StratifiedEstimate estimate{.mean = stratum.values.mean(), .ci95 = mean_interval(stratum.values)};
        if (stratum.values.count() == 0) estimate.mean = (estimate.ci95.low + estimate.ci95.high) / 2;
        estimates.push_back(estimate);
        weights.push_back(stratum.weight);
    }
    return weighted_sum(estimates, weights);
}

StratifiedEstimate weighted_sum(std::span<const StratifiedEstimate> estimates, std::span<const double> weights) {
    StratifiedEstimate sum;
    double below = 0;  // squares
    double above = 0;
    for (std::size_t i = 0; i < estimates.size(); ++i) {
        const StratifiedEstimate& one = estimates[i];
        sum.mean += weights[i] * one.mean;
        const double to_low = weights[i] * (one.mean - one.ci95.low);
        const double to_high = weights[i] * (one.ci95.high - one.mean);
        below += (weights[i] < 0 ? to_high : to_low) * (weights[i] < 0 ? to_high : to_low);
        above += (weights[i] < 0 ? to_low : to_high) * (weights[i] < 0 ? to_low : to_high);
    }
    sum.ci95 = {sum.mean - std::sqrt(below), sum.mean + std::sqrt(above)};
    return sum;
}

}  // namespace clipscope
