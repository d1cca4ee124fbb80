// How many multiplications the convolutions and linear layers of this process have cost: what a benchmark states beside seconds. Any
// thread.
#pragma once

#include <cstdint>

namespace clipscope {

void count_multiplications(std::uint64_t number);
std::uint64_t multiplications_so_far();

}  // namespace clipscope
