#include "faults/fault_map.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

#include "common/counter_random.h"
#include "common/error.h"
#include "common/number_text.h"
#include "faults/portable_log.h"

namespace clipscope {

namespace {

// Stratum k is [bounds[k], bounds[k + 1]).
constexpr std::array<double, 14> bounds = {0, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1};
constexpr std::size_t strata = bounds.size() - 1;

// Where the random words of one parameter in one trial come from.
struct ParameterStream {
    CounterRandom random;
    std::uint64_t trial = 0;
    std::uint64_t path_hash = 0;
};

// The bits that one stratum hits, ascending. Draw n takes half of block n / 2: a word for the gap, a word for the mark.
class StratumDraws {
public:
    StratumDraws(const ParameterStream& stream, std::size_t stratum, std::uint64_t bit_count)
        : stream_(stream), stratum_(stratum), low_(bounds[stratum]), high_(bounds[stratum + 1]), bit_count_(bit_count) {
        // In the last stratum P = 1: every bit is hit, which a logarithm cannot say.
        if (high_ < 1) log_miss_ = portable_log1p(-(high_ - low_) / (1 - low_));
    }

    // False when no bit is left.
    bool next(MarkedBit& bit) {
        const auto [gap_word, mark_word] = words();
        const std::uint64_t gap = gap_from(gap_word);
        if (gap >= bit_count_ - next_position_) return false;
        bit.position = next_position_ + gap;
        bit.mark = mark_from(mark_word);
        next_position_ = bit.position + 1;
        return true;
    }

    double high() const { return high_; }
    std::uint64_t bit_count() const { return bit_count_; }

private:
    std::pair<std::uint64_t, std::uint64_t> words() {
        const std::size_t half = draw_ % 2;
        if (half == 0) block_ = stream_.random.block({stream_.trial, stream_.path_hash, stratum_, draw_ / 2});
        ++draw_;
        return {block_[2 * half], block_[2 * half + 1]};
    }

    // How many bits are spared before the next hit: geometric, by inversion. At most 53 ln 2 / 1e-12 = 3.7e13.
    std::uint64_t gap_from(std::uint64_t word) const {
        if (log_miss_ == 0) return 0;
        const double u = unit_interval(word) + 0x1p-53;  // (0, 1]
        return static_cast<std::uint64_t>(portable_log(u) / log_miss_);
    }

    double mark_from(std::uint64_t word) const {
        const double mark = low_ + (high_ - low_) * unit_interval(word);
        if (mark < high_) return mark;
        return std::bit_cast<double>(std::bit_cast<std::uint64_t>(high_) - 1);  // rounding reached the next stratum
    }

    const ParameterStream& stream_;
    std::uint64_t stratum_;
    double low_;
    double high_;
    double log_miss_ = 0;
    std::uint64_t bit_count_;
    std::uint64_t next_position_ = 0;
    std::uint64_t draw_ = 0;
    std::array<std::uint64_t, 4> block_{};
};

// Room for all bits that will be marked, six standard deviations above their expected number: at high rates growing step by step would
// take twice the memory.
std::size_t likely_count(const StratumDraws& draws, double max_rate) {
    const double expected = static_cast<double>(draws.bit_count()) * std::min(draws.high(), max_rate);
    return static_cast<std::size_t>(std::min(expected + 6 * std::sqrt(expected) + 1, static_cast<double>(draws.bit_count())));
}

// `lower` with the stratum's draws below max_rate merged in; where both have a bit, the lower stratum's mark stays.
std::vector<MarkedBit> merge(const std::vector<MarkedBit>& lower, StratumDraws draws, double max_rate) {
    std::vector<MarkedBit> merged;
    merged.reserve(likely_count(draws, max_rate));
    auto rest = lower.begin();
    for (MarkedBit drawn; draws.next(drawn);) {
        if (drawn.mark >= max_rate) continue;
        while (rest != lower.end() && rest->position < drawn.position) merged.push_back(*rest++);
        if (rest == lower.end() || rest->position != drawn.position) merged.push_back(drawn);
    }
    merged.insert(merged.end(), rest, lower.end());
    return merged;
}

}  // namespace

std::vector<MarkedBit> draw_marked_bits(std::uint64_t seed, std::uint64_t trial, std::string_view parameter_path, std::uint64_t bit_count,
                                        double max_rate) {
    if (!(max_rate >= 0 && max_rate <= 1))
        throw UsageError("The fault rate " + rounded_text(max_rate, 6) + " is no probability; give a number from 0 to 1.");
    const ParameterStream stream{CounterRandom(seed, RandomDomain::faults), trial, fnv1a_64(parameter_path)};
    std::vector<MarkedBit> marked;
    for (std::size_t stratum = 0; stratum < strata && bounds[stratum] < max_rate; ++stratum) {
        marked = merge(marked, StratumDraws(stream, stratum, bit_count), max_rate);
    }
    return marked;
}

}  // namespace clipscope
