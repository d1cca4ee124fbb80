#include "protection/memory/word_protection.h"

#include <algorithm>
#include <array>

#include "protection/memory/guard.h"
#include "protection/memory/parity.h"
#include "protection/memory/range_check.h"
#include "protection/memory/sec_ded.h"
#include "protection/memory/tmr.h"

namespace clipscope {

std::span<const MemoryProtection* const> memory_protections() {
    static const std::array<const MemoryProtection*, 5> all = {&guard_protection(), &range_check_protection(), &parity_protection(),
                                                               &sec_ded_protection(), &tmr_protection()};
    return all;
}

const MemoryProtection* find_memory_protection(std::string_view name) {
    const auto found = std::ranges::find_if(memory_protections(), [&](const MemoryProtection* kind) { return kind->is_named(name); });
    return found == memory_protections().end() ? nullptr : *found;
}

}  // namespace clipscope
