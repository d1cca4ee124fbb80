// What faults do to single numbers: every faulty bit of a trial with its number before and after.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clipping/clipping.h"
#include "faults/trial_faults.h"
#include "network/network.h"
#include "network/number_format.h"

namespace clipscope {

struct FaultyValue {
    std::string layer;                // "CONV-1", or another part of the memory
    std::string parameter;            // "features.0.weight"
    std::int64_t element = 0;         // row-major
    std::vector<std::int64_t> index;  // the same in the parameter's dimensions
    int bit = 0;                      // 0 = least significant
    float before = 0;
    float after = 0;  // with all faulty bits of this element
};

// The bits whose mark is below `rate`, in the order of the memory's parts, parameters and bits. `clipping`: that the network has beyond
// what its file says.
std::vector<FaultyValue> faulty_values(const Network& network, const TrialFaults& faults, double rate, const Clipping& clipping = {});

// A number as it is stored without faults.
struct StoredNumber {
    NumberFormat format;
    std::uint32_t word = 0;
    float value = 0;
    std::vector<std::int64_t> index;  // in the parameter's dimensions
};
StoredNumber stored_number(const Network& network, const ParameterPlace& place, std::int64_t element);

// Of a single fault, without a copy of its parameter.
FaultyValue faulty_value(const Network& network, const TrialFaults& fault);

}  // namespace clipscope
