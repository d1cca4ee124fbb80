// What the readers of results share beside JsonFields.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "common/error.h"
#include "common/json_text.h"

namespace clipscope {

inline constexpr std::int64_t largest_int = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int64_t largest_int64 = std::numeric_limits<std::int64_t>::max();

// One of a few names, like a protection. `from_string` throws UsageError where it knows none of that name.
template <typename FromString>
auto read_name(const JsonFields& fields, const char* field, FromString from_string) {
    try {
        return from_string(fields.text(field));
    } catch (const UsageError&) {
        fields.fail("'" + std::string(field) + "' is '" + fields.text(field) + "', which is not known");
    }
}

}  // namespace clipscope
