#include "statistics/mean_interval.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <vector>

namespace clipscope {
namespace {

using Points = std::vector<BoundedSample::Point>;

constexpr double all_alike_error = 0.05;      // for both sides together: it is one event that no value differs
constexpr double error_of_a_side = 0.025;     // with many values
constexpr double values_for_twice_that = 10;  // and with so few, or fewer
constexpr int most_steps = 100;

double side_error(const BoundedSample& sample) {
    if (sample.all_alike()) return all_alike_error;
    return error_of_a_side * (1 + std::sqrt(std::min(1.0, values_for_twice_that / double(sample.count()))));
}

// Values from 0 to 1 with their counts, and one more value, 0, that nobody has seen: with exponential weights E the weighted mean lies
// below t where the sum of E (x - t) is negative.
class WeightedMean {
public:
    explicit WeightedMean(const Points& points) : points_(points) {
        double count = 1;
        for (const auto& [value, n] : points_) {
            count += n;
            mean_ += n * value;
        }
        mean_ /= count;
    }

    double mean() const { return mean_; }

    // The normal deviate of the probability that the weighted mean is below t; 0 < t < mean().
    double deviate_below(double t) {
        const double tilt = find_tilt(t);
        double sum = std::log1p(-tilt * t);
        double curvature = square(t / (1 - tilt * t));
        for (const auto& [value, n] : points_) {
            const double distance = value - t;
            sum += n * std::log1p(tilt * distance);
            curvature += n * square(distance / (1 + tilt * distance));
        }
        const double root = -std::sqrt(std::max(2 * sum, 0.0));
        const double slope = -tilt * std::sqrt(curvature);
        constexpr double at_the_mean = -1e-5;
        return root > at_the_mean ? root : root + std::log(slope / root) / root;
    }

private:
    static double square(double x) { return x * x; }

    // The saddlepoint: where the exponentially tilted sum has the mean 0. From 0 to 1 / t; Newton's method within shrinking bounds.
    double find_tilt(double t) {
        double low = 0;
        double high = 1 / t;
        double tilt = share_ / t;
        for (int step = 0; step < most_steps; ++step) {
            const double unseen = -t / (1 - tilt * t);
            double sum = unseen;
            double slope = -square(unseen);
            for (const auto& [value, n] : points_) {
                const double term = (value - t) / (1 + tilt * (value - t));
                sum += n * term;
                slope -= n * square(term);
            }
            (sum > 0 ? low : high) = tilt;
            double next = tilt - sum / slope;
            if (!(next > low && next < high)) next = (low + high) / 2;
            const bool is_found = std::abs(next - tilt) <= 1e-12 * high;
            tilt = next;
            if (is_found) break;
        }
        share_ = tilt * t;
        return tilt;
    }

    const Points& points_;
    double mean_ = 0;
    double share_ = 0.3;  // of the way to 1 / t, last time: a good start for the next t
};

// Regula falsi with a bisection now and then; the deviate rises with t.
double solve(WeightedMean& weighted, double deviate) {
    double low = 0;
    double high = weighted.mean();
    double at_low = 0;
    double at_high = -deviate;
    double t = 0.8 * high;
    for (int step = 1; step < most_steps; ++step) {
        const double excess = weighted.deviate_below(t) - deviate;
        (excess < 0 ? low : high) = t;
        (excess < 0 ? at_low : at_high) = excess;
        if (std::abs(excess) < 1e-9 || high - low < 1e-12) break;
        const double secant = low - at_low * (high - low) / (at_high - at_low);
        t = at_low == 0 ? 0.5 * t : step % 3 == 0 ? (low + high) / 2 : secant;
    }
    return t;
}

// The lower end for values from 0 to 1.
double lower_end(const Points& points, double error) {
    double zeros = 0;
    double others = 0;
    double value = 0;
    bool is_one_value = true;
    for (const auto& point : points) {
        if (point.value <= 0) {
            zeros += point.count;
            continue;
        }
        is_one_value = is_one_value && (others == 0 || point.value == value);
        value = point.value;
        others += point.count;
    }
    if (others == 0) return 0;
    if (is_one_value) return value * boost::math::ibeta_inv(others, zeros + 1, error);  // the weights of equal values: exact
    WeightedMean weighted(points);
    return solve(weighted, boost::math::quantile(boost::math::normal(), error));
}

// How improbable it is that so many of n trials, or more, have faults where each has some with this probability: at most e^-x (Chernoff).
double surprise(std::int64_t faulty, std::int64_t fault_free, double probability) {
    const auto n = double(faulty + fault_free);
    const auto part = [&](std::int64_t count, double expected_share) {
        return count > 0 ? double(count) * std::log(double(count) / (n * expected_share)) : 0.0;
    };
    return part(faulty, probability) + part(fault_free, 1 - probability);
}

double clamped(double value, double low, double high) {
    return std::min(std::max(value, low), high);
}

}  // namespace

Interval mean_interval(const BoundedSample& sample) {
    const double low = sample.low();
    const double high = sample.high();
    if (sample.count() == 0) return {low, high};
    const double error = side_error(sample);
    Points from_below = sample.points();
    Points from_above = from_below;
    for (auto& point : from_below) point.value = (point.value - low) / (high - low);
    for (auto& point : from_above) point.value = (high - point.value) / (high - low);
    const double mean = sample.mean();
    return {clamped(low + (high - low) * lower_end(from_below, error), low, mean),
            clamped(high - (high - low) * lower_end(from_above, error), mean, high)};
}

double fault_free_probability(double rate, std::int64_t bits) {
    if (bits <= 0 || rate <= 0) return 1;
    return rate < 1 ? std::exp(double(bits) * std::log1p(-rate)) : 0;
}

TrialSample::TrialSample(std::int64_t low, std::int64_t high, std::int64_t unit, std::int64_t clean)
    : clean_(clean), faulty_(low, high, unit), fault_free_(low, high, unit) {}

BoundedSample TrialSample::all() const {
    BoundedSample all = faulty_;
    all.merge(fault_free_);
    return all;
}

Interval TrialSample::interval(std::optional<double> fault_free) const {
    const BoundedSample trials = all();
    constexpr double no_chance = 30;  // e^-30
    const bool is_believed =
        fault_free && fault_free_.all_are(clean_) && surprise(faulty_.count(), fault_free_.count(), 1 - *fault_free) < no_chance;
    if (!is_believed) return mean_interval(trials);
    const double known = *fault_free * double(clean_) / double(trials.unit());
    const Interval of_faulty = *fault_free < 1 ? mean_interval(faulty_) : Interval{};
    const Interval whole{known + (1 - *fault_free) * of_faulty.low, known + (1 - *fault_free) * of_faulty.high};
    if (trials.count() == 0) return whole;
    return {std::min(whole.low, trials.mean()), std::max(whole.high, trials.mean())};
}

std::int64_t in_fraction_units(double fraction) {
    return std::llround(fraction * double(fraction_unit));
}

Interval with_image_sampling(const Interval& over_faults, const BoundedSample& sample) {
    constexpr double added = 2;  // right images, and as many wrong ones
    constexpr double errors = 1.96;
    if (sample.count() == 0) return over_faults;
    const double images = double(sample.unit()) + 2 * added;
    double center = 0;
    double error = 0;
    for (const auto& [value, count] : sample.points()) {
        const double right = (value * double(sample.unit()) + added) / images;
        center += count * right;
        error += count * std::sqrt(right * (1 - right) / images);
    }
    center /= double(sample.count());
    error /= double(sample.count());
    const double mean = sample.mean();
    const double below = std::max(mean - (center - errors * error), 0.0);
    const double above = std::max(center + errors * error - mean, 0.0);
    return {std::max(mean - std::hypot(mean - over_faults.low, below), 0.0),
            std::min(mean + std::hypot(over_faults.high - mean, above), 1.0)};
}

}  // namespace clipscope
