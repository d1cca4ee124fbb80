// The worst bits as files take them away. Pure functions. Accuracies are fractions of the images.
#pragma once

#include <string>

#include "campaign/accuracy_curves.h"
#include "campaign/worst_bits.h"

namespace clipscope {

// What the search was about, beside what it found.
struct WorstBitsOrigin {
    std::string model;
    std::string model_sha256;
    std::string data;
    std::int64_t images = 0;
    std::string scope;  // "network"
    MemoryModel memory;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    bool is_exhaustive = false;
    double seconds = 0;
};

// A row a bit: set (alone, or together: all up to this one), number, layer, parameter, element, bit, before, after, accuracy_fraction,
// sdc_fraction, due_fraction.
std::string worst_bits_csv(const WorstBits& found, NonfiniteRule rule);

// One object, "kind" "worst".
std::string worst_bits_json(const WorstBits& found, const WorstBitsOrigin& origin);

// As the command faults reads it: each bit alone is a trial.
std::string worst_bits_list(const WorstBits& found);

}  // namespace clipscope
