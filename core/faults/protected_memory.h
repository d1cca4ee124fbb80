// A memory that checks or corrects its words when they are read (method.md, "Protections"). Faults hit what is stored: the words and, where
// there are some, the check words beside them. What the network sees is what is read.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "faults/bit_faults.h"
#include "network/layer_info.h"

namespace clipscope {

// Faulty bits of one of a parameter's check words.
struct FaultyCheckWord {
    std::uint64_t word = 0;
    std::uint32_t asked = 0;  // as a mask
};

// Read-only; any number of threads may call it at once.
class ProtectedMemory {
public:
    virtual ~ProtectedMemory() = default;

    // What is stored beside a parameter, as a parameter of its own: its path is the parameter's with a suffix, so that marks of its bits
    // leave those of the parameter's as they are. Null where nothing is.
    virtual const ParameterInfo* check_words(const ParameterInfo& parameter) const = 0;

    // `words` are the parameter's words with faulty bits, ascending, `faulty` as they are stored; afterwards `faulty` is what is read.
    // Words whose own bits are all right may join them, where check words are faulty or a neighbour shares them. `check_words` ascend.
    virtual void read(const ParameterInfo& parameter, FaultKind kind, std::span<const FaultyCheckWord> check_words,
                      std::vector<FaultyWord>& words) const = 0;
};

// Places for a fault in the check words beside these parts' parameters (network/fault_pattern.h); none without a memory.
std::int64_t count_check_places(const ProtectedMemory* memory, const std::vector<LayerInfo>& layers, std::span<const std::size_t> scope);

// How a parameter's words are read, for ParameterMemory, where these bits of its check words are faulty whose mark is below `rate`. The
// parameter must outlive what is returned.
std::function<void(std::vector<FaultyWord>& words)> reading(std::shared_ptr<const ProtectedMemory> memory, const ParameterInfo& parameter,
                                                            FaultKind kind, std::span<const MarkedBit> check_bits, double rate);

}  // namespace clipscope
