// Makes stored bits of a parameter faulty in place and takes every fault back exactly.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "faults/fault_map.h"
#include "faults/injection_counts.h"
#include "network/memory_model.h"
#include "network/parameter_codec.h"

namespace clipscope {

// A word whose bits in `mask` are faulty.
std::uint32_t with_faults(std::uint32_t word, std::uint32_t mask, FaultKind kind);

// The word that holds a number; of float32 its very bits, whatever NaN it is.
std::uint32_t stored_word(std::span<const float> values, const ParameterCodec& codec, std::uint64_t element);

// One stored number with at least one faulty bit, or that is read otherwise than it was written.
struct FaultyWord {
    std::uint64_t element = 0;
    std::uint32_t asked = 0;  // the faulty bits, as a mask
    std::uint32_t clean = 0;
    std::uint32_t faulty = 0;       // as it is read
    std::uint32_t clean_value = 0;  // the float32's bits, to be put back
};

// The memory of one parameter: its float32 values, and how they are stored.
struct ParameterMemory {
    std::span<float> values;
    const ParameterCodec& codec;
    FaultKind kind = FaultKind::flip;
    // Where a protection reads the words (faults/protected_memory.h): changes `faulty`, may add words; they stay ascending. Empty: they are
    // read as they are stored.
    std::function<void(std::vector<FaultyWord>& words)> read{};
};

// Makes the bits of `marked` faulty whose mark is below `rate` for as long as it lives; the destructor restores the very values that were
// there. The memory must outlive it, and nobody else may write it meanwhile. `marked` ascends and has every bit once, as draw_marked_bits()
// gives it. Other orders and positions beyond the memory throw Error before anything changes.
class BitFaults {
public:
    BitFaults(const ParameterMemory& memory, std::span<const MarkedBit> marked, double rate);
    ~BitFaults();
    BitFaults(BitFaults&&) noexcept;
    BitFaults& operator=(BitFaults&&) = delete;
    BitFaults(const BitFaults&) = delete;
    BitFaults& operator=(const BitFaults&) = delete;

    std::span<const FaultyWord> words() const { return words_; }  // ascending elements

    std::int64_t count() const;                     // faulty bits
    std::int64_t count_effective() const;           // bits that are read otherwise: a bit may be stuck at the value it has
    std::int64_t count_changed() const;             // stored bits found to differ from before, read back from memory
    void count_into(LayerInjection& counts) const;  // adds the bits asked for and those found to differ, by position

private:
    std::uint32_t word_in_memory(const FaultyWord& word) const;

    ParameterMemory memory_;
    std::vector<FaultyWord> words_;
};

}  // namespace clipscope
