// Summary statistics over trials (METHOD.md, "Statistics"). All functions are pure and give the same bits for the same values in the same
// order.
#pragma once

#include <span>

namespace clipscope {

struct Summary {
    int count = 0;
    double mean = 0;
    double sd = 0;  // n - 1; 0 for a single value
    double min = 0;
    double q1 = 0;
    double median = 0;
    double q3 = 0;
    double max = 0;
    double ci95_low = 0;  // of the mean, Student's t, not cut off at 0 or 1; the mean itself for a single value
    double ci95_high = 0;
};

// 0 where there is none; exactly theirs where all are the same.
double mean(std::span<const double> values);

// All zero for no values. Identical values have exactly their mean and a standard deviation of exactly 0.
Summary summarize(std::span<const double> values);

// Type 7 (linear interpolation between order statistics, R's and numpy's default). `sorted` is ascending and not empty; 0 <= p <= 1.
double quantile(std::span<const double> sorted, double p);

// Half of the width of the 95 % interval of a mean, in standard errors: Student's t at 0.975 with count - 1 degrees of freedom; count >= 2.
double student_t95(int count);

// second - first, pair by pair: how two configurations differ on the same trials.
struct PairedDifference {
    int pairs = 0;
    double mean = 0;
    double sd = 0;              // of the differences, n - 1
    double standard_error = 0;  // of their mean
    double ci95_low = 0;
    double ci95_high = 0;
};

// Both spans have one value a trial, in the same order of trials; throws std::invalid_argument where their lengths differ.
PairedDifference paired_difference(std::span<const double> first, std::span<const double> second);

}  // namespace clipscope
