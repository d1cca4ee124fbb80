#include "clipping/activation_histogram.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "common/json_text.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t side_bins = ActivationHistogram::side_bins;

// 10^(k/8); together with a decade they are read as decimal numbers, so that edges depend on no machine's pow().
constexpr std::array<std::string_view, ActivationHistogram::bins_per_decade> steps = {
    "1",                       //
    "1.33352143216332402568",  //
    "1.77827941003892280123",  //
    "2.37137370566165526165",  //
    "3.16227766016837933200",  //
    "4.21696503428582248569",  //
    "5.62341325190349080395",  //
    "7.49894209332455827302",
};

// Magnitudes that divide the bins of one side, ascending: side_bins + 1 of them.
const std::vector<double>& edges() {
    static const std::vector<double> edges = [] {
        std::vector<double> magnitudes;
        for (int decade = ActivationHistogram::lowest_decade; decade <= ActivationHistogram::highest_decade; ++decade) {
            for (const std::string_view step : steps) {
                const std::string text = std::string(step) + "e" + std::to_string(decade);
                double magnitude = 0;
                std::from_chars(text.data(), text.data() + text.size(), magnitude);
                magnitudes.push_back(magnitude);
                if (decade == ActivationHistogram::highest_decade) return magnitudes;
            }
        }
        return magnitudes;
    }();
    return edges;
}

// Finds a magnitude's bin from the top bits of the float (exponent and two bits of the mantissa), without a logarithm. Such a cell spans a
// factor of 1.25 at most, a bin one of 1.33, so that a cell holds one edge at most.
struct BinTable {
    static constexpr int cell_shift = 21;
    static constexpr std::size_t cells = std::size_t(0x7f800000u >> cell_shift);  // of the finite magnitudes
    struct Cell {
        std::uint32_t edge = 0;  // the float's bits from which on the next bin begins
        std::uint32_t bin = 0;   // 0: the middle bin; k: the k-th of its side
    };
    std::array<Cell, cells> cell{};

    BinTable() {
        const std::vector<double>& magnitudes = edges();
        std::size_t next = 0;  // the first edge above the cell's beginning
        for (std::size_t i = 0; i < cells; ++i) {
            const auto begin = std::uint32_t(i << cell_shift);
            while (next < magnitudes.size() && magnitudes[next] <= double(std::bit_cast<float>(begin))) ++next;
            cell[i] = {first_bits_at(magnitudes[next]), std::uint32_t(next)};
        }
    }

    std::uint32_t bin(std::uint32_t magnitude_bits) const {
        const Cell& found = cell[magnitude_bits >> cell_shift];
        return found.bin + std::uint32_t(magnitude_bits >= found.edge);
    }

    // Bits of the smallest float that is not below the edge; floats of one sign order like their bits.
    static std::uint32_t first_bits_at(double edge) {
        const auto nearest = float(edge);
        return std::bit_cast<std::uint32_t>(nearest) + std::uint32_t(double(nearest) < edge);
    }
};

const BinTable& bin_table() {
    static const BinTable table;
    return table;
}

constexpr std::uint32_t sign_bit = 0x80000000u;
constexpr std::uint32_t infinity_bits = 0x7f800000u;

}  // namespace

double ActivationHistogram::lower_edge(std::size_t bin) {
    if (bin <= side_bins) return -edges()[side_bins - bin];
    return edges()[bin - side_bins - 1];
}

double ActivationHistogram::upper_edge(std::size_t bin) {
    if (bin < side_bins) return -edges()[side_bins - bin - 1];
    return edges()[bin - side_bins];
}

std::size_t ActivationHistogram::bin_of(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::size_t bin = bin_table().bin(bits & ~sign_bit);
    return bits & sign_bit ? side_bins - bin : side_bins + bin;
}

void ActivationHistogram::count_nonfinite(float value) {
    if (std::isnan(value)) {
        ++nan_;
    } else if (value > 0) {
        ++positive_infinity_;
    } else {
        ++negative_infinity_;
    }
}

void ActivationHistogram::add_block(std::span<const float> values) {
    // Neighbouring values often share a bin (zeros above all); a few sets of counters keep their additions from waiting for each other.
    constexpr std::size_t sets = 4;
    const BinTable& table = bin_table();
    std::array<std::array<std::uint32_t, bin_count>, sets> counts{};
    float smallest = std::numeric_limits<float>::infinity();
    float largest = -smallest;
    std::uint64_t zeros = 0;
    std::uint64_t nonfinite = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const float value = values[i];
        const auto bits = std::bit_cast<std::uint32_t>(value);
        const std::uint32_t magnitude = bits & ~sign_bit;
        if (magnitude >= infinity_bits) [[unlikely]] {
            count_nonfinite(value);
            ++nonfinite;
            continue;
        }
        zeros += magnitude == 0;
        smallest = value < smallest ? value : smallest;
        largest = value > largest ? value : largest;
        const auto bin = std::int32_t(table.bin(magnitude));
        const auto sign = std::int32_t(bits) >> 31;  // 0 or -1: mirrors the bin without a branch
        ++counts[i % sets][std::size_t(std::int32_t(side_bins) + ((bin ^ sign) - sign))];
    }
    for (const auto& set : counts) {
        for (std::size_t bin = 0; bin < bin_count; ++bin) counts_[bin] += set[bin];
    }
    const std::uint64_t added = values.size() - nonfinite;
    if (added == 0) return;
    // Adding +0 turns -0 into +0, so that the order of values does not show.
    smallest_ = (finite_ > 0 ? std::min(smallest_, smallest) : smallest) + 0.0f;
    largest_ = (finite_ > 0 ? std::max(largest_, largest) : largest) + 0.0f;
    zeros_ += zeros;
    finite_ += added;
}

void ActivationHistogram::add(std::span<const float> values) {
    constexpr std::size_t largest_block = std::size_t(1) << 30;  // the blocks' counters have 32 bits
    while (!values.empty()) {
        const std::size_t size = std::min(values.size(), largest_block);
        add_block(values.first(size));
        values = values.subspan(size);
    }
}

void ActivationHistogram::merge(const ActivationHistogram& other) {
    if (other.finite_ > 0) {
        smallest_ = finite_ > 0 ? std::min(smallest_, other.smallest_) : other.smallest_;
        largest_ = finite_ > 0 ? std::max(largest_, other.largest_) : other.largest_;
    }
    for (std::size_t bin = 0; bin < bin_count; ++bin) counts_[bin] += other.counts_[bin];
    zeros_ += other.zeros_;
    finite_ += other.finite_;
    nan_ += other.nan_;
    positive_infinity_ += other.positive_infinity_;
    negative_infinity_ += other.negative_infinity_;
}

Json ActivationHistogram::to_json() const {
    Json json;
    json["total"] = total();
    json["nan"] = nan_;
    json["positive_infinity"] = positive_infinity_;
    json["negative_infinity"] = negative_infinity_;
    json["zeros"] = zeros_;
    json["min"] = finite_ > 0 ? Json(double(smallest_)) : Json(nullptr);
    json["max"] = finite_ > 0 ? Json(double(largest_)) : Json(nullptr);
    json["bins"] = Json::array();
    for (std::size_t bin = 0; bin < bin_count; ++bin) {
        if (counts_[bin] > 0) json["bins"].push_back(Json::array({lower_edge(bin), upper_edge(bin), counts_[bin]}));
    }
    return json;
}

ActivationHistogram ActivationHistogram::from_json(const Json& json, const std::string& file, const std::string& place) {
    const JsonFields fields(json, file, place);
    ActivationHistogram histogram;
    for (const Json& entry : fields.array("bins")) {
        if (!entry.is_array() || entry.size() != 3 || !entry[0].is_number() || !entry[1].is_number() || !entry[2].is_number_unsigned()) {
            fields.fail("a bin is not [lower edge, upper edge, count]");
        }
        std::size_t bin = 0;
        while (bin < bin_count && lower_edge(bin) != entry[0].get<double>()) ++bin;
        if (bin == bin_count || upper_edge(bin) != entry[1].get<double>() || histogram.counts_[bin] != 0)
            fields.fail("there is no such bin");
        histogram.counts_[bin] = entry[2].get<std::uint64_t>();
        histogram.finite_ += histogram.counts_[bin];
    }
    histogram.nan_ = fields.unsigned_integer("nan");
    histogram.positive_infinity_ = fields.unsigned_integer("positive_infinity");
    histogram.negative_infinity_ = fields.unsigned_integer("negative_infinity");
    histogram.zeros_ = fields.unsigned_integer("zeros");
    if (fields.unsigned_integer("total") != histogram.total()) fields.fail("'total' is not the sum of the counts");
    if (histogram.zeros_ > histogram.counts_[side_bins]) fields.fail("'zeros' is more than the middle bin holds");
    if (histogram.finite_ > 0) {
        histogram.smallest_ = float(fields.number("min"));
        histogram.largest_ = float(fields.number("max"));
    }
    return histogram;
}

}  // namespace clipscope
