#include "campaign/statistics.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
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

double student_t95(int count) {
    return boost::math::quantile(boost::math::students_t(count - 1), 0.975);
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

    summary.ci95_low = summary.ci95_high = summary.mean;
    if (values.size() < 2) return summary;
    double squares = 0;
    for (const double value : values) squares += (value - summary.mean) * (value - summary.mean);
    summary.sd = std::sqrt(squares / (n - 1));
    const double half_width = student_t95(summary.count) * summary.sd / std::sqrt(n);
    summary.ci95_low -= half_width;
    summary.ci95_high += half_width;
    return summary;
}

PairedDifference paired_difference(std::span<const double> first, std::span<const double> second) {
    if (first.size() != second.size())
        throw std::invalid_argument("paired_difference: the two configurations have different numbers of trials");
    std::vector<double> differences(first.size());
    std::transform(second.begin(), second.end(), first.begin(), differences.begin(), std::minus<>());
    const Summary summary = summarize(differences);
    PairedDifference result;
    result.pairs = summary.count;
    result.mean = summary.mean;
    result.sd = summary.sd;
    if (summary.count > 0) result.standard_error = summary.sd / std::sqrt(double(summary.count));
    result.ci95_low = summary.ci95_low;
    result.ci95_high = summary.ci95_high;
    return result;
}

}  // namespace clipscope
