// What the memory holds of a parameter or a threshold without faults, and how. Includes LibTorch.
#pragma once

#include <cstddef>

#include "clipping/clipping.h"
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

// Of a part of the memory, by its indices in the network. `thresholds`: those that are stored; there must be one where the part is a
// threshold.
StoredWords stored_words(const Network& network, const Clipping& thresholds, std::size_t part, std::size_t parameter);

}  // namespace clipscope
