// The single bits whose fault loses most accuracy, found without a try of every bit, and the worst few together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/fault_scope.h"
#include "campaign/job_inputs.h"
#include "evaluation/faulty_values.h"
#include "evaluation/outcome.h"

namespace clipscope {

struct WorstBitsSettings {
    int count = 5;                     // bits to find
    bool together = false;             // and what they do together, one after the other the worst beside those before it
    bool exhaustive = false;           // try every bit of the scope on all images
    std::int64_t candidates = 100000;  // at most so many of the critical bits are tried: those that change a number most
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    int threads = 0;               // workers; 0: all cores. Results do not depend on it.
    int chunk = 0;                 // images a pass; 0: what suits network and images
    std::string device = "auto";   // "auto", "cpu", "cuda:0"
    std::size_t memory_bytes = 0;  // budget for kept activations; 0: a quarter of the free memory
};

struct WorstBit {
    FaultyValue value;
    Outcome outcome;  // of this fault alone; of those together, of all up to this one
};

struct WorstBits {
    Outcome clean;
    std::vector<WorstBit> alone;  // the worst first; of equal ones the first in memory
    std::vector<WorstBit> together{};
    std::int64_t critical = 0;  // bits of the classes that lost answers in the pilot, or of the whole scope
    std::int64_t tried = 0;     // of these
    std::int64_t image_evaluations = 0;
};

using WorstBitsProgress = std::function<void(std::int64_t done, std::int64_t total, const std::string& activity)>;

// Candidates are the bits of all classes (layer, bit position, sign) that lost an answer in the pilot (campaign/bit_pilot.h). They are
// tried on few images, the same for all; those that are clearly less harmful than the `count` worst drop out, the others are tried on four
// times as many, and in the end on all (successive halving). `progress` is called by one thread at a time. Nothing where it was stopped.
// Throws Error, UsageError.
std::optional<WorstBits> find_worst_bits(const JobInputs& inputs, const FaultScope& scope, const WorstBitsSettings& settings,
                                         const WorstBitsProgress& progress, std::stop_token stop);

}  // namespace clipscope
