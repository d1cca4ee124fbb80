// How long a protected network takes, measured against the one it was made from.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "evaluation/evaluator.h"

namespace clipscope {

struct MeasuredTime {
    double ratio = 1;              // median, over the pairs, of the protected network's time in the original's
    double original_seconds = 0;   // median of one pass
    double protected_seconds = 0;  // likewise
    std::int64_t images = 0;       // a pass
    int pairs = 0;                 // an odd number

    friend bool operator==(const MeasuredTime&, const MeasuredTime&) = default;
};

// Runs forward() of the file at `path` and of the file that the evaluator's network was opened from, in alternation, on the first of the
// evaluator's images and on its device, with one thread. Takes about a second, more where one image takes long. The evaluator need not be
// prepared. Empty where it was stopped; throws Error where a file cannot be read or run, or the network's is another one by now.
std::optional<MeasuredTime> measure_protected_time(const Evaluator& evaluator, const std::string& path, std::stop_token stop);

// "runs 1.07 times as long as the original (median of 5 pairs, 64 images a pass)"
std::string in_words(const MeasuredTime& time);

}  // namespace clipscope
