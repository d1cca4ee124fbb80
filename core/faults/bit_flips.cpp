#include "faults/bit_flips.h"

#include <bit>
#include <cstring>
#include <string>

#include "common/error.h"

namespace clipscope {

namespace {

constexpr std::uint64_t word_bits = 32;

// Bits travel through memcpy: a float register may change the payload of a signalling NaN.
std::uint32_t load(std::span<const float> memory, std::uint64_t element) {
    std::uint32_t word = 0;
    std::memcpy(&word, &memory[element], sizeof(word));
    return word;
}

void store(std::span<float> memory, std::uint64_t element, std::uint32_t word) {
    std::memcpy(&memory[element], &word, sizeof(word));
}

std::vector<std::uint64_t> faulty_positions(std::span<const MarkedBit> marked, double rate, std::uint64_t bit_count) {
    std::vector<std::uint64_t> positions;
    for (const MarkedBit& bit : marked) {
        if (!(bit.mark < rate)) continue;
        if (bit.position >= bit_count) {
            throw Error("Bit " + std::to_string(bit.position) + " is to be flipped in a parameter of " + std::to_string(bit_count) +
                        " bits; draw the faults for this very parameter.");
        }
        // Twice the same bit would cancel, and the count would lie.
        if (!positions.empty() && bit.position <= positions.back()) {
            throw Error("Bit " + std::to_string(bit.position) +
                        " is to be flipped after a later bit or a second time; give every faulty bit once, in ascending order.");
        }
        positions.push_back(bit.position);
    }
    return positions;
}

}  // namespace

BitFlips::BitFlips(std::span<float> memory, std::span<const MarkedBit> marked, double rate)
    : memory_(memory), positions_(faulty_positions(marked, rate, memory.size() * word_bits)) {
    originals_.reserve(positions_.size());
    for (const std::uint64_t position : positions_) originals_.push_back(load(memory_, position / word_bits));
    for (const std::uint64_t position : positions_) {
        const std::uint64_t element = position / word_bits;
        store(memory_, element, load(memory_, element) ^ (std::uint32_t(1) << (position % word_bits)));
    }
}

BitFlips::~BitFlips() {
    for (std::size_t i = 0; i < positions_.size(); ++i) store(memory_, positions_[i] / word_bits, originals_[i]);
}

// A moved-from vector is empty, so only one of the two undoes the flips.
BitFlips::BitFlips(BitFlips&&) noexcept = default;

std::int64_t BitFlips::count() const {
    return static_cast<std::int64_t>(positions_.size());
}

std::span<const std::uint64_t> BitFlips::positions() const {
    return positions_;
}

std::int64_t BitFlips::count_changed() const {
    std::int64_t changed = 0;
    for (std::size_t i = 0; i < positions_.size(); ++i) {
        const std::uint64_t element = positions_[i] / word_bits;
        if (i > 0 && positions_[i - 1] / word_bits == element) continue;  // this word's bits are counted together
        changed += std::popcount(load(memory_, element) ^ originals_[i]);
    }
    return changed;
}

void BitFlips::count_into(LayerInjection& counts) const {
    for (std::size_t i = 0; i < positions_.size(); ++i) {
        const std::uint64_t element = positions_[i] / word_bits;
        ++counts.asked[positions_[i] % word_bits];
        if (i > 0 && positions_[i - 1] / word_bits == element) continue;
        for (std::uint32_t changed = load(memory_, element) ^ originals_[i]; changed != 0; changed &= changed - 1)
            ++counts.changed[std::size_t(std::countr_zero(changed))];
    }
}

}  // namespace clipscope
