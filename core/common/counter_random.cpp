#include "common/counter_random.h"

#include <Random123/philox.h>

namespace clipscope {

std::array<std::uint64_t, 4> CounterRandom::block(const std::array<std::uint64_t, 4>& counter) const {
    const philox4x64_ctr_t in = {{counter[0], counter[1], counter[2], counter[3]}};
    const philox4x64_key_t key = {{key_[0], key_[1]}};
    const philox4x64_ctr_t out = philox4x64_R(10, in, key);
    return {out.v[0], out.v[1], out.v[2], out.v[3]};
}

std::uint64_t fnv1a_64(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3;
    }
    return hash;
}

}  // namespace clipscope
