// The extended Hamming code of 32 or 64 data bits (R. W. Hamming, "Error detecting and error correcting codes", 1950). The bits of a code
// word are numbered from 1; those at powers of two are check bits, the others the data bits in ascending order; check bit i is the parity
// of all bits whose number has bit i; one more check bit is the parity of all. Data bits beyond the last are not there.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace clipscope {

struct HammingWord {
    std::uint64_t data = 0;
    std::uint32_t check = 0;  // bit i: check bit i; the uppermost is the parity of all
};

struct HammingRead {
    std::uint64_t data = 0;
    bool found_two = false;  // an even number of errors, which cannot be corrected
};

class HammingCode {
public:
    explicit HammingCode(int data_bits);

    int check_bits() const { return int(masks_.size()) + 1; }  // 7 for 32, 8 for 64
    std::uint32_t check_of(std::uint64_t data) const;

    // An odd number of errors is taken for one, and the bit that the syndrome names turned over: where there is none of that number, or it
    // is a check bit, the data stay as they are.
    HammingRead decode(const HammingWord& word) const;

private:
    std::vector<std::uint64_t> masks_;       // by check bit, the data bits whose number has its bit
    std::array<std::int8_t, 128> data_bit_;  // by number, -1 where it is none
};

}  // namespace clipscope
