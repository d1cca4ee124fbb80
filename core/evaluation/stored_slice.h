// Where a stored number sits in its layer: the kernel slice or the row of weights around it, and the same in words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "faults/trial_faults.h"
#include "network/network.h"

namespace clipscope {

struct StoredSlice {
    // "output channel 12, input channel 3, row 0, column 2"; of a grouped convolution the input channel counts within its group.
    std::string words;
    // The numbers around it without faults, row-major: of a convolution the weights of its output and input channel (of a 3-D one in its
    // plane), of a linear layer those of its output neuron, of a vector all. A row has at most slice_limit of them.
    std::int64_t height = 0;
    std::int64_t width = 0;
    std::int64_t row = 0;  // where the number stands among them
    std::int64_t column = 0;
    std::vector<float> values;
};
constexpr std::int64_t slice_limit = 4096;

// Of an element of a parameter. Throws UsageError where it is a threshold that is not stored.
StoredSlice stored_slice(const Network& network, const ParameterPlace& place, std::int64_t element);

}  // namespace clipscope
