#include "protection/memory/word_protection.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "protection/memory/guard.h"
#include "protection/memory/parity.h"
#include "protection/memory/range_check.h"
#include "protection/memory/sec_ded.h"
#include "protection/memory/tmr.h"

namespace clipscope {

std::uint32_t CleanWords::word(std::uint64_t element) const {
    if (codec.format() != NumberFormat{}) return codec.encode(values[element], element);
    std::uint32_t bits = 0;
    std::memcpy(&bits, &values[element], sizeof(bits));
    return bits;
}

std::string hexadecimal(std::uint32_t bits) {
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bits, 16).ptr;
    const std::string text(digits.data(), end);
    return "0x" + std::string(digits.size() - text.size(), '0') + text;
}

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
