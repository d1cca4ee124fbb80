// Summary statistics over trials (method.md, "Statistics"). All functions are pure and give the same bits for the same values in the same
// order; the intervals in any order.
#pragma once

#include <span>
#include <vector>

#include "statistics/mean_interval.h"

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
    Interval ci95;  // of the mean
};

// 0 where there is none; exactly theirs where all are the same.
double mean(std::span<const double> values);

// Of fractions, 0 to 1. All zero for no values. Identical values have exactly their mean and a standard deviation of exactly 0.
Summary summarize(std::span<const double> values);

// Type 7 (linear interpolation between order statistics, R's and numpy's default). `sorted` is ascending and not empty; 0 <= p <= 1.
double quantile(std::span<const double> sorted, double p);

// Of values in any order, at least one.
double median(std::vector<double> values);

// second - first, pair by pair: how two configurations differ on the same trials.
struct PairedDifference {
    int pairs = 0;
    double mean = 0;
    double sd = 0;              // of the differences, n - 1
    double standard_error = 0;  // of their mean
    double ci95_low = 0;        // of the mean, see mean_interval.h
    double ci95_high = 0;
};

// Of the differences that a sample holds; `fault_free` as TrialSample::interval() takes it. All zero for an empty sample.
PairedDifference paired_difference(const TrialSample& differences, std::optional<double> fault_free);

// Of fractions, 0 to 1: both spans have one a trial, in the same order of trials; throws std::invalid_argument where their lengths differ.
PairedDifference paired_difference(std::span<const double> first, std::span<const double> second);

}  // namespace clipscope
