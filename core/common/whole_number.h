// Whole numbers that people and files write.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "common/text_list.h"

namespace clipscope {

// Of digits, with a minus before them or not, and blanks around; nothing of any other text, or where it does not fit the type.
template <typename Number>
std::optional<Number> whole_number(std::string_view text) {
    const std::string digits = trimmed(text);
    Number number{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc() && end == digits.data() + digits.size() ? std::optional(number) : std::nullopt;
}

}  // namespace clipscope
