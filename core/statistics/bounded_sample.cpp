#include "statistics/bounded_sample.h"

#include <algorithm>
#include <cmath>

namespace clipscope {

BoundedSample::BoundedSample(std::int64_t low, std::int64_t high, std::int64_t unit)
    : low_(low), high_(high), unit_(unit), cell_width_((high - low) / std::int64_t(cell_count) + 1) {}

std::int64_t BoundedSample::bounded(std::int64_t value) const {
    return std::clamp(value, low_, high_);
}

void BoundedSample::change(std::int64_t value, std::int64_t count) {
    const Wide distance = value - low_;
    count_ += count;
    sum_ += count * distance;
    squares_ += count * distance * distance;
    Cell& cell = cells_[cell_of(value)];
    const Wide offset = value - start_of(cell_of(value));
    cell.count += count;
    cell.sum += count * std::int64_t(offset);
    cell.squares += count * offset * offset;
    cell.cubes += count * offset * offset * offset;
}

void BoundedSample::add(std::int64_t value) {
    change(bounded(value), 1);
}

void BoundedSample::remove(std::int64_t value) {
    change(bounded(value), -1);
}

void BoundedSample::merge(const BoundedSample& other) {
    count_ += other.count_;
    sum_ += other.sum_;
    squares_ += other.squares_;
    for (std::size_t i = 0; i < cell_count; ++i) {
        cells_[i].count += other.cells_[i].count;
        cells_[i].sum += other.cells_[i].sum;
        cells_[i].squares += other.cells_[i].squares;
        cells_[i].cubes += other.cells_[i].cubes;
    }
}

double BoundedSample::mean() const {
    if (count_ == 0) return 0;
    // One division, so that identical values have exactly their mean.
    return double(sum_ + Wide(count_) * low_) / (double(count_) * double(unit_));
}

bool BoundedSample::all_alike() const {
    return count_ > 0 && count_ * squares_ == sum_ * sum_;
}

bool BoundedSample::all_are(std::int64_t value) const {
    const Wide distance = value - low_;
    return sum_ == count_ * distance && squares_ == count_ * distance * distance;
}

double BoundedSample::sd() const {
    if (count_ < 2) return 0;
    const Wide squares = count_ * squares_ - sum_ * sum_;
    return scaled(std::sqrt(double(squares) / (double(count_) * double(count_ - 1))));
}

// Gauss's quadrature of two nodes: it has the first four moments, and its nodes lie between the smallest and the largest value.
void BoundedSample::add_points(std::size_t index, std::vector<Point>& points) const {
    const Cell& cell = cells_[index];
    const auto n = double(cell.count);
    const auto start = double(start_of(index));
    const Wide spread = cell.count * cell.squares - Wide(cell.sum) * cell.sum;
    const double mean = double(cell.sum) / n;
    if (spread == 0) {
        points.push_back({scaled(start + mean), n});
        return;
    }
    const double sd = std::sqrt(double(spread)) / n;
    const auto wide_mean = static_cast<long double>(cell.sum) / cell.count;
    const auto third = static_cast<long double>(cell.cubes) / cell.count -
                       3 * wide_mean * static_cast<long double>(cell.squares) / cell.count + 2 * wide_mean * wide_mean * wide_mean;
    const double skewness = double(third) / (sd * sd * sd);
    const double root = std::sqrt(skewness * skewness + 4);
    const auto value = [&](double deviations) { return scaled(start + std::clamp(mean + sd * deviations, 0.0, double(cell_width_ - 1))); };
    points.push_back({value((skewness - root) / 2), n * (1 + skewness / root) / 2});
    points.push_back({value((skewness + root) / 2), n * (1 - skewness / root) / 2});
}

std::vector<BoundedSample::Point> BoundedSample::points() const {
    std::vector<Point> points;
    for (std::size_t i = 0; i < cell_count; ++i)
        if (cells_[i].count > 0) add_points(i, points);
    return points;
}

void RankedSample::add(std::int64_t value) {
    BoundedSample::add(value);
    ++counts_[bounded(value)];
}

void RankedSample::remove(std::int64_t value) {
    BoundedSample::remove(value);
    const auto place = counts_.find(bounded(value));
    if (place != counts_.end() && --place->second == 0) counts_.erase(place);
}

std::int64_t RankedSample::at_rank(std::int64_t rank) const {
    // Whole cells are passed over, so that the walk is short however many different values there are.
    std::size_t cell = 0;
    for (; rank >= count_in(cell); ++cell) rank -= count_in(cell);
    auto place = counts_.lower_bound(start_of(cell));
    for (; rank >= place->second; ++place) rank -= place->second;
    return place->first;
}

double RankedSample::quantile(double p) const {
    const double position = p * double(count() - 1);
    const auto below = std::int64_t(position);
    const double value = scaled(double(at_rank(below)));
    if (below + 1 >= count()) return value;
    return value + (position - double(below)) * (scaled(double(at_rank(below + 1))) - value);
}

}  // namespace clipscope
