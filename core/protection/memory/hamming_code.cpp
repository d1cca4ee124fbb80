#include "protection/memory/hamming_code.h"

#include <bit>

namespace clipscope {
namespace {

std::uint32_t parity(std::uint64_t bits) {
    return std::uint32_t(std::popcount(bits)) & 1U;
}

}  // namespace

HammingCode::HammingCode(int data_bits) {
    data_bit_.fill(-1);
    unsigned number = 0;
    for (int bit = 0; bit < data_bits; ++bit) {
        do {
            ++number;
        } while (std::has_single_bit(number));
        data_bit_[number] = std::int8_t(bit);
        for (unsigned check = 0; number >> check != 0; ++check) {
            if (masks_.size() <= check) masks_.push_back(0);
            if ((number >> check & 1U) != 0) masks_[check] |= std::uint64_t(1) << bit;
        }
    }
}

std::uint32_t HammingCode::check_of(std::uint64_t data) const {
    std::uint32_t check = 0;
    for (std::size_t i = 0; i < masks_.size(); ++i) check |= parity(data & masks_[i]) << i;
    return check | (parity(data) ^ parity(check)) << masks_.size();
}

HammingRead HammingCode::decode(const HammingWord& word) const {
    const std::uint32_t numbers = (std::uint32_t(1) << masks_.size()) - 1;
    const std::uint32_t syndrome = (check_of(word.data) ^ word.check) & numbers;
    const bool is_odd = (parity(word.data) ^ parity(word.check)) != 0;
    if (!is_odd) return {word.data, syndrome != 0};
    const int bit = data_bit_[syndrome];
    return {bit < 0 ? word.data : word.data ^ std::uint64_t(1) << bit, false};
}

}  // namespace clipscope
