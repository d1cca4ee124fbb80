// How the values of an activation are distributed, however large faults make them: bins of equal width in log magnitude on both sides of
// zero, the same for every histogram, so that any two can be merged and compared. Finds ACT_max (FT-ClipAct, step 1) on the way. A value;
// not thread-safe while added to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>

namespace clipscope {

class ActivationHistogram {
public:
    static constexpr int bins_per_decade = 8;
    static constexpr int lowest_decade = -6;   // magnitudes below 1e-6 share the middle bin with zero
    static constexpr int highest_decade = 39;  // above the largest float32, 3.4e38
    static constexpr std::size_t side_bins = std::size_t(highest_decade - lowest_decade) * bins_per_decade;
    static constexpr std::size_t bin_count = 2 * side_bins + 1;  // the middle one is side_bins

    void add(std::span<const float> values);
    void merge(const ActivationHistogram& other);

    // Values in a bin, 0 <= bin < bin_count, in ascending order of value.
    std::uint64_t count(std::size_t bin) const { return counts_[bin]; }
    // A bin's edges. Of two bins that touch, the one farther from zero holds the edge itself.
    static double lower_edge(std::size_t bin);
    static double upper_edge(std::size_t bin);
    // Where a finite value belongs.
    static std::size_t bin_of(float value);

    std::uint64_t zeros() const { return zeros_; }  // +0 and -0, part of the middle bin
    std::uint64_t nan() const { return nan_; }
    std::uint64_t positive_infinity() const { return positive_infinity_; }
    std::uint64_t negative_infinity() const { return negative_infinity_; }
    std::uint64_t finite() const { return finite_; }
    std::uint64_t nonfinite() const { return nan_ + positive_infinity_ + negative_infinity_; }
    std::uint64_t total() const { return finite() + nonfinite(); }

    // Of the finite values; nothing where there is none. ACT_max is the largest.
    std::optional<float> smallest() const { return finite_ > 0 ? std::optional(smallest_) : std::nullopt; }
    std::optional<float> largest() const { return finite_ > 0 ? std::optional(largest_) : std::nullopt; }

    friend bool operator==(const ActivationHistogram&, const ActivationHistogram&) = default;

    // {"total","nan","positive_infinity","negative_infinity","zeros","min","max","bins":[[lower edge, upper edge, count], ...]}: bins that
    // hold something.
    nlohmann::ordered_json to_json() const;
    // `file` and `place` are named in errors: throws Error where this is not what to_json() gives.
    static ActivationHistogram from_json(const nlohmann::ordered_json& json, const std::string& file, const std::string& place = {});

private:
    void add_block(std::span<const float> values);
    void count_nonfinite(float value);

    std::array<std::uint64_t, bin_count> counts_{};
    std::uint64_t zeros_ = 0;
    std::uint64_t finite_ = 0;
    std::uint64_t nan_ = 0;
    std::uint64_t positive_infinity_ = 0;
    std::uint64_t negative_infinity_ = 0;
    float smallest_ = 0;
    float largest_ = 0;
};

}  // namespace clipscope
