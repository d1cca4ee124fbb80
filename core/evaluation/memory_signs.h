// The sign that decides what a fault in a stored value does (method.md, "Estimates"): the value's own, and where a batch norm follows the
// layer, that of the value times the norm's weight for its channel.
#pragma once

#include <span>

#include "faults/critical_bits.h"
#include "network/network.h"

namespace clipscope {

// Of all parameters of these parts. Thresholds count as positive.
MemorySigns memory_signs(const Network& network, std::span<const std::size_t> parts);

}  // namespace clipscope
