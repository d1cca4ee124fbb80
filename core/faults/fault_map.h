// Which bits of a parameter are faulty (method.md, "Faults"). Every stored bit has a mark u in [0, 1), a pure function of (study seed, trial,
// parameter path, bit position); it is faulty at rate r exactly when u < r. So the faulty sets at rising rates are nested, and the same for every
// threshold, image count, worker, device and machine. Only the bits with small marks are ever drawn.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace clipscope {

// A bit and its mark. Bits of a parameter are counted over its row-major elements, least significant bit first:
// element e's bit b of a 32-bit format is 32 e + b.
struct MarkedBit {
    std::uint64_t position = 0;
    double mark = 0;

    friend bool operator==(const MarkedBit&, const MarkedBit&) = default;
};

// All bits with mark < max_rate of a parameter of `bit_count` bits, ascending by position, each at most once.
// Expected cost: proportional to bit_count × max_rate rounded up to the next decade.
//
// Drawn in fixed strata [0, 1e-12), [1e-12, 1e-11), ..., [0.1, 1): in each, geometric gaps with P = (hi - lo) / (1 - lo) from the counter-based
// generator Philox4x64 (Salmon et al., SC'11); a bit drawn twice keeps the lower stratum. Uses only IEEE additions, multiplications and
// divisions, so that it is the same on every processor. Throws UsageError unless 0 <= max_rate <= 1.
std::vector<MarkedBit> draw_marked_bits(std::uint64_t seed, std::uint64_t trial, std::string_view parameter_path, std::uint64_t bit_count,
                                        double max_rate);

}  // namespace clipscope
