// What a job's self-check did (self_check.h): plain counts.
#pragma once

#include <cstdint>

namespace clipscope {

struct SelfCheckCounts {
    std::int64_t trials = 0;     // run in both modes
    std::int64_t near_ties = 0;  // images among them that were judged otherwise because their best logits nearly tie

    SelfCheckCounts& operator+=(const SelfCheckCounts& other) {
        trials += other.trials;
        near_ties += other.near_ties;
        return *this;
    }
    friend bool operator==(const SelfCheckCounts&, const SelfCheckCounts&) = default;
};

}  // namespace clipscope
