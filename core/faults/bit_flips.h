// Flips stored bits of float32 parameters in place and takes every flip back exactly.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "faults/fault_map.h"
#include "faults/injection_counts.h"

namespace clipscope {

// Flips the bits of `marked` whose mark is below `rate` for as long as it lives; the destructor restores the very bits that were there.
// The memory must outlive it, and nobody else may write it meanwhile. `marked` ascends and has every
// bit once, as draw_marked_bits() gives it. Other orders and positions beyond the memory throw Error before anything changes.
class BitFlips {
public:
    BitFlips(std::span<float> memory, std::span<const MarkedBit> marked, double rate);
    ~BitFlips();
    BitFlips(BitFlips&&) noexcept;
    BitFlips& operator=(BitFlips&&) = delete;
    BitFlips(const BitFlips&) = delete;
    BitFlips& operator=(const BitFlips&) = delete;

    std::int64_t count() const;                       // bits flipped
    std::span<const std::uint64_t> positions() const; // of the flipped bits, ascending
    std::int64_t count_changed() const;               // bits found to differ from before, read back from memory
    void count_into(LayerInjection& counts) const;    // adds the bits asked for and those found to differ, by position

private:
    std::span<float> memory_;
    std::vector<std::uint64_t> positions_;
    std::vector<std::uint32_t> originals_;
};

}  // namespace clipscope
