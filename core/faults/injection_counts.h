// What an injection asked of memory and what it found there afterwards, by layer and bit position.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace clipscope {

struct LayerInjection {
    static constexpr std::size_t bit_positions = 32;  // 0 = least significant

    std::size_t layer = 0;                            // index into the network's layers
    bool is_output = false;                           // of the values that it puts out, not of those that it stores
    std::array<std::int64_t, bit_positions> asked{};    // faulty bits
    std::array<std::int64_t, bit_positions> changed{};  // of all bits of the words hit, those found to differ afterwards
};

// One entry for each layer that got a fault.
using InjectionCounts = std::vector<LayerInjection>;

}  // namespace clipscope
