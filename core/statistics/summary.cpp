#include "statistics/summary.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace clipscope {

double quantile(std::span<const double> sorted, double p) {
    const double position = p * double(sorted.size() - 1);
    const auto below = std::size_t(position);
    if (below + 1 >= sorted.size()) return sorted.back();
    return sorted[below] + (position - double(below)) * (sorted[below + 1] - sorted[below]);
}

double mean(std::span<const double> values) {
    // Sums are taken from the first value, so that identical values neither round the mean nor leave a tiny deviation.
    const double origin = values.empty() ? 0 : values.front();
    double shift = 0;
    for (const double value : values) shift += value - origin;
    return values.empty() ? 0 : origin + shift / double(values.size());
}

Summary summarize(std::span<const double> values) {
    Summary summary;
    if (values.empty()) return summary;
    const auto n = double(values.size());
    summary.count = int(values.size());
    summary.mean = mean(values);

    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    summary.min = sorted.front();
    summary.q1 = quantile(sorted, 0.25);
    summary.median = quantile(sorted, 0.5);
    summary.q3 = quantile(sorted, 0.75);
    summary.max = sorted.back();

    BoundedSample sample(0, fraction_unit, fraction_unit);
    for (const double value : values) sample.add(in_fraction_units(value));
    summary.ci95 = mean_interval(sample);
    if (values.size() < 2) return summary;
    double squares = 0;
    for (const double value : values) squares += (value - summary.mean) * (value - summary.mean);
    summary.sd = std::sqrt(squares / (n - 1));
    return summary;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return quantile(values, 0.5);
}

PairedDifference paired_difference(const TrialSample& differences, std::optional<double> fault_free) {
    PairedDifference result;
    if (differences.count() == 0) return result;
    const BoundedSample all = differences.all();
    result.pairs = int(all.count());
    result.mean = all.mean();
    result.sd = all.sd();
    result.standard_error = result.sd / std::sqrt(double(all.count()));
    const Interval interval = differences.interval(fault_free);
    result.ci95_low = interval.low;
    result.ci95_high = interval.high;
    return result;
}

PairedDifference paired_difference(std::span<const double> first, std::span<const double> second) {
    if (first.size() != second.size())
        throw std::invalid_argument("paired_difference: the two configurations have different numbers of trials");
    TrialSample differences(-fraction_unit, fraction_unit, fraction_unit, 0);
    for (std::size_t i = 0; i < first.size(); ++i) differences.add(in_fraction_units(second[i] - first[i]), false);
    return paired_difference(differences, std::nullopt);
}

}  // namespace clipscope
