// Random numbers as a pure function of where they are used: Philox4x64-10 (Salmon et al., SC'11) turns a seed, a domain and a counter of
// four words into four random words. No state, so any number can be had at once, from any thread, the same on every machine.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace clipscope {

// What random numbers are for: two domains never share a number, whatever their counters.
enum class RandomDomain : std::uint64_t {
    none = 0,
    faults = 1,
    image_selection = 2,
    training = 3,
    single_bits = 4,
    self_check = 5,
    strata = 6,
    image_samples = 7,
    pilot = 8,
    fault_lists = 9,
    fault_counts = 10,
};

class CounterRandom {
public:
    CounterRandom(std::uint64_t seed, RandomDomain domain) : key_{seed, static_cast<std::uint64_t>(domain)} {}
    // A generator with any key at all, as the published test vectors of Philox have it.
    explicit CounterRandom(const std::array<std::uint64_t, 2>& key) : key_(key) {}

    std::array<std::uint64_t, 4> block(const std::array<std::uint64_t, 4>& counter) const;

private:
    std::array<std::uint64_t, 2> key_;
};

// The word's upper 53 bits as a number in [0, 1), exactly.
inline double unit_interval(std::uint64_t word) {
    return static_cast<double>(word >> 11) * 0x1p-53;
}

// FNV-1a over the bytes of a text: a counter word for a name. Not a defence against anybody.
std::uint64_t fnv1a_64(std::string_view text);

}  // namespace clipscope
