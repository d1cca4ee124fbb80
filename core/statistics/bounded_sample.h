// Values between two bounds, gathered one by one: what the statistics of a point are made of, live or from a file.
//
// Promises: whole numbers inside, so the same values give the same bits in any order, after any removals. Adding a value costs the same
// whether a thousand or a million are there, and so does every statistic: the values lie in a fixed number of cells, of which counts and
// power sums are kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace clipscope {

class BoundedSample {
public:
    // Values are whole numbers from `low` to `high`, each standing for value / unit: images out of all images, say. low < high, unit >= 1,
    // high - low <= 2^37.
    BoundedSample(std::int64_t low, std::int64_t high, std::int64_t unit);

    void add(std::int64_t value);            // one beyond the bounds counts as the bound
    void remove(std::int64_t value);         // that was added before
    void merge(const BoundedSample& other);  // of the same bounds and unit

    std::int64_t count() const { return count_; }
    double low() const { return scaled(double(low_)); }
    double high() const { return scaled(double(high_)); }
    std::int64_t unit() const { return unit_; }
    double mean() const;                     // 0 for none; exactly theirs where all are the same
    double sd() const;                       // n - 1; 0 for a single value, exactly 0 where all are the same
    bool all_alike() const;                  // at least one, and no two differ
    bool all_are(std::int64_t value) const;  // true for none

    // A few weighted values that stand for all: in each cell one or two that have its values' count, mean, variance and skewness. Exactly
    // the values where no cell has more than two different ones. Ascending; the counts may be broken numbers.
    struct Point {
        double value = 0;
        double count = 0;
    };
    std::vector<Point> points() const;

protected:
    static constexpr std::size_t cell_count = 32;
    std::size_t cell_of(std::int64_t value) const { return std::size_t((value - low_) / cell_width_); }
    std::int64_t bounded(std::int64_t value) const;
    std::int64_t count_in(std::size_t cell) const { return cells_[cell].count; }
    std::int64_t start_of(std::size_t cell) const { return low_ + std::int64_t(cell) * cell_width_; }
    double scaled(double value) const { return value / double(unit_); }

private:
    __extension__ using Wide = __int128;  // sums of cubes and of millions of values stay exact

    struct Cell {  // of the values' distances from the cell's start
        std::int64_t count = 0;
        std::int64_t sum = 0;
        Wide squares = 0;
        Wide cubes = 0;
    };
    void change(std::int64_t value, std::int64_t count);
    void add_points(std::size_t cell, std::vector<Point>& points) const;

    std::int64_t low_;
    std::int64_t high_;
    std::int64_t unit_;
    std::int64_t cell_width_;
    std::int64_t count_ = 0;
    Wide sum_ = 0;      // of the values' distances from `low`
    Wide squares_ = 0;  // of these
    std::array<Cell, cell_count> cells_{};
};

// The same with the order of its values: minimum, maximum and quantiles. Memory grows with the number of different values.
class RankedSample : public BoundedSample {
public:
    using BoundedSample::BoundedSample;

    void add(std::int64_t value);
    void remove(std::int64_t value);

    // At least one value.
    double min() const { return scaled(double(counts_.begin()->first)); }
    double max() const { return scaled(double(counts_.rbegin()->first)); }
    double quantile(double p) const;  // type 7, 0 <= p <= 1

private:
    std::int64_t at_rank(std::int64_t rank) const;  // from 0

    std::map<std::int64_t, std::int64_t> counts_;  // by value
};

}  // namespace clipscope
