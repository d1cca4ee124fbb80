// The 95 % interval of a mean over trials (method.md, "Statistics"): it covers where Student's t does not, because accuracy over trials is
// bimodal and often constant in a small sample.
//
// How: the values get random weights, uniform over all sets of weights that add up to 1, together with one more value that nobody has seen,
// the worst there can be; the interval ends at a quantile of the weighted mean (N. Gaffke, "Three test statistics for a nonparametric
// one-sided hypothesis on the mean of a nonnegative variable", 2005). So values that are all alike leave an unseen share of 1 - 0.05^(1/n)
// at the bounds, values at two places give Clopper and Pearson's interval of their share, and many well-spread values Student's. The
// quantile is a saddlepoint approximation (Lugannani and Rice); the tests hold it against draws. Chosen by simulation:
// tests/core/statistics/test_interval_coverage.cpp holds its populations and prints the table. Each side's share of error falls from 5 % at
// 10 trials, where the true coverage is far above the nominal one, to 2.5 % at many.
//
// What is known exactly goes in: the share of trials without any faulty bit is no matter of chance, only the others' mean is estimated.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "statistics/bounded_sample.h"

namespace clipscope {

struct Interval {
    double low = 0;
    double high = 0;

    friend bool operator==(const Interval&, const Interval&) = default;
};

// Of the mean of the population that the sample comes from; from bound to bound where the sample is empty.
Interval mean_interval(const BoundedSample& sample);

// The probability that none of so many bits is faulty at the rate; 1 for no bits.
double fault_free_probability(double rate, std::int64_t bits);

// The values of one measure over trials, those without a faulty bit apart: their share and their value are known.
class TrialSample {
public:
    // `clean`: the value of a trial without faults. See BoundedSample for the rest.
    TrialSample(std::int64_t low, std::int64_t high, std::int64_t unit, std::int64_t clean);

    void add(std::int64_t value, bool is_fault_free) { (is_fault_free ? fault_free_ : faulty_).add(value); }
    void remove(std::int64_t value, bool is_fault_free) { (is_fault_free ? fault_free_ : faulty_).remove(value); }

    std::int64_t count() const { return faulty_.count() + fault_free_.count(); }
    BoundedSample all() const;

    // Of the mean over all trials there could be; it always holds the mean of these trials. `fault_free`: probability of a trial without a
    // faulty bit, nothing where it is not known. Where trials contradict it (one without faults has not
    // the clean value, or far too many have faults) they are believed instead.
    Interval interval(std::optional<double> fault_free) const;

private:
    std::int64_t clean_;
    BoundedSample faulty_;
    BoundedSample fault_free_;
};

// For values that are no counts (the AUC of a trial): fractions from -1 to 1 as whole numbers of this unit, to 1.5e-11.
inline constexpr std::int64_t fraction_unit = std::int64_t(1) << 36;
std::int64_t in_fraction_units(double fraction);

// How the interval over faults alone widens where other images of the same kind could have been taken: in each direction the distances
// from the mean add as independent errors do. `sample`: right images of each trial, out of sample.unit() images. The error from images is
// at most the average over trials of a single trial's own (Minkowski), which is what is taken: 1.96 times the binomial one of Agresti and
// Coull, who add two right and two wrong images, so that no accuracy is certain.
Interval with_image_sampling(const Interval& over_faults, const BoundedSample& sample);

}  // namespace clipscope
