#include "common/number_text.h"

#include <array>
#include <charconv>

namespace clipscope {
namespace {

template <typename Number>
std::string shortest_text(Number number) {
    std::array<char, 64> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return {text.data(), end};
}

}  // namespace

std::string number_text(double number) {
    return shortest_text(number);
}

std::string number_text(float number) {
    return shortest_text(number);
}

double short_double(float number) {
    const std::optional<double> shortened = parse_number(number_text(number));
    // Twice rounded is almost always the same number.
    return shortened && float(*shortened) == number ? *shortened : double(number);
}

std::optional<double> parse_number(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace clipscope
