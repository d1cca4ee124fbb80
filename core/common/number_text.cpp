#include "common/number_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace clipscope {
namespace {

template <typename Number>
std::string shortest_text(Number number) {
    std::array<char, 64> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return {text.data(), end};
}

std::string formatted(double number, std::chars_format format, int precision) {
    std::array<char, 512> text;  // the largest double has 309 digits before the point
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number, format, precision);
    return error == std::errc() ? std::string(text.data(), end) : shortest_text(number);
}

}  // namespace

std::string number_text(double number) {
    return shortest_text(number);
}

std::string number_text(float number) {
    return shortest_text(number);
}

std::string fixed_text(double number, int decimals) {
    return formatted(number, std::chars_format::fixed, decimals);
}

std::string signed_text(double number, int decimals) {
    return (std::signbit(number) ? "" : "+") + fixed_text(number, decimals);
}

std::string rounded_text(double number, int digits) {
    return formatted(number, std::chars_format::general, digits);
}

double rounded_number(double number, int digits) {
    return parse_number(formatted(number, std::chars_format::scientific, digits - 1)).value_or(number);
}

std::string grouped_text(std::int64_t number) {
    std::string text = std::to_string(number);
    const std::ptrdiff_t first_digit = number < 0 ? 1 : 0;
    for (std::ptrdiff_t i = std::ptrdiff_t(text.size()) - 3; i > first_digit; i -= 3) text.insert(std::size_t(i), 1, ',');
    return text;
}

std::string hexadecimal(std::uint32_t bits) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "0x%08x", static_cast<unsigned>(bits));
    return text.data();
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

bool has_decimal_comma(std::string_view text) {
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos || text.find('.') != std::string_view::npos) return false;
    std::string with_point(text);
    with_point[comma] = '.';
    return parse_number(with_point).has_value();
}

}  // namespace clipscope
