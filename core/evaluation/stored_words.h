// What the memory holds of a parameter or a threshold without faults, and how. Includes LibTorch.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "clipping/clipping.h"
#include "faults/bit_faults.h"
#include "faults/protected_memory.h"
#include "network/network.h"
#include "network/parameter_codec.h"
#include "network/program.h"

namespace clipscope {

struct StoredWords {
    const ParameterInfo& info;
    at::Tensor values;  // float32, row-major, on the CPU; the network's own memory where it is so already
    const ParameterCodec& codec;
    Slot slot = 0;  // where a frame holds them (site_clipping.h)
};

// Of a part of the memory, by its indices in the network. `thresholds`: those that are stored. Throws UsageError where the part is a
// threshold and there is none.
StoredWords stored_words(const Network& network, const Clipping& thresholds, std::size_t part, std::size_t parameter);

// A copy of these words as faults may hit it, in a memory that may protect it and has these faulty bits in its check words.
ParameterMemory memory_of_parameter(const Network& network, const StoredWords& words, at::Tensor& copy,
                                    const std::shared_ptr<const ProtectedMemory>& protection, std::span<const MarkedBit> check_bits,
                                    double rate);

}  // namespace clipscope
