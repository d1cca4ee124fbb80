// Random numbers one after the other, from counter_random.h: a pure function of seed, domain and two words that say what they are for.
#pragma once

#include <array>
#include <cstdint>
#include <set>

#include "common/counter_random.h"

namespace clipscope {

// For one thread.
class RandomWords {
public:
    RandomWords(std::uint64_t seed, RandomDomain domain, std::uint64_t first, std::uint64_t second)
        : random_(seed, domain), first_(first), second_(second) {}

    std::uint64_t next() {
        if (next_ % 4 == 0) block_ = random_.block({first_, second_, next_ / 4, 0});
        return block_[next_++ % 4];
    }
    // Uniform below `bound`, without favour for any.
    std::uint64_t below(std::uint64_t bound) {
        const std::uint64_t unfair = (0 - bound) % bound;  // so many of the lowest products would count twice
        for (;;) {
            __extension__ const unsigned __int128 product = static_cast<unsigned __int128>(next()) * bound;
            if (static_cast<std::uint64_t>(product) >= unfair) return static_cast<std::uint64_t>(product >> 64);
        }
    }
    // So many different numbers below `all`: each set of them equally probable (Floyd's way).
    std::set<std::uint64_t> sample(std::uint64_t all, std::uint64_t count) {
        std::set<std::uint64_t> chosen;
        for (std::uint64_t last = all - count; last < all; ++last)
            if (const std::uint64_t number = below(last + 1); !chosen.insert(number).second) chosen.insert(last);
        return chosen;
    }

private:
    CounterRandom random_;
    std::uint64_t first_;
    std::uint64_t second_;
    std::uint64_t next_ = 0;
    std::array<std::uint64_t, 4> block_{};
};

}  // namespace clipscope
