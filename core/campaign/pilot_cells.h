// What a pilot (campaign/bit_pilot.h) found, as plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace clipscope {

// One bit position of the values of one sign in one part of the memory. The sign is that of the value, times the weight of the batch norm
// that follows, where one does.
struct PilotCell {
    std::string layer;  // "CONV-1", or another part of the memory
    bool is_negative = false;
    int bit = 0;
    std::int64_t bits = 0;  // stored, that may be faulty
    int trials = 0;
    double loss = 0;  // mean share of the images answered rightly before that are answered wrongly now; 0 to 1

    friend bool operator==(const PilotCell&, const PilotCell&) = default;
};

struct BitPilot {
    std::vector<PilotCell> cells;  // by part of the memory, sign and bit, each ascending
    std::int64_t trials = 0;
    std::int64_t image_evaluations = 0;

    friend bool operator==(const BitPilot&, const BitPilot&) = default;
};

// The cells of both, which are of different layers.
BitPilot joined(const BitPilot& first, const BitPilot& second);

}  // namespace clipscope
