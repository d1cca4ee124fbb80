// The memory that holds a network's parameters: in which format, and which of its bits may be faulty in which way (method.md, "Faults").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "network/fault_pattern.h"
#include "network/number_format.h"

namespace clipscope {

enum class FaultKind {
    flip,    // a 0 becomes a 1, a 1 becomes a 0
    stuck0,  // the bit is 0 whatever was written
    stuck1
};

// "flip", "stuck0", "stuck1".
std::string to_string(FaultKind kind);
FaultKind fault_kind_from_string(const std::string& text);  // throws UsageError

// Which bits of each stored number may be faulty.
struct BitSelection {
    std::optional<BitField> field;
    std::vector<int> positions;  // 0 = least significant, ascending; all bits where neither is given

    // "all", "sign", "exponent", "mantissa", "integer", "fraction", or positions as in "0,30,31"; throws UsageError on anything else.
    static BitSelection parse(const std::string& text);
    std::string to_string() const;

    // As a mask of the format's bits; 0 where it has none of them.
    std::uint32_t mask(const NumberFormat& format) const;

    friend bool operator==(const BitSelection&, const BitSelection&) = default;
};

// Which parameters of a computational layer may be faulty.
enum class ParameterSelection { all, weights, biases };

// "all", "weights", "biases".
std::string to_string(ParameterSelection selection);
ParameterSelection parameter_selection_from_string(const std::string& text);  // throws UsageError

struct MemoryModel {
    NumberFormat format;
    FaultKind kind = FaultKind::flip;
    BitSelection bits;
    ParameterSelection parameters = ParameterSelection::all;
    FaultPattern pattern{};

    friend bool operator==(const MemoryModel&, const MemoryModel&) = default;
};

// Throws UsageError where no bit of weights may be faulty (an exponent bit of int8, say), or no pattern has room in them.
void check_memory(const MemoryModel& memory);

// "int8, stuck at 1, sign bits, weights": what differs from flips of any bit in float32; empty where nothing does.
std::string describe(const MemoryModel& memory);

}  // namespace clipscope
