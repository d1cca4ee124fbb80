// Numbers as files and command lines write them: with a point whatever the locale, and exactly the same number when read again.
//
// The C library's functions (printf, strtod, std::to_string, std::stod) follow the locale, which Qt sets to the user's: in a German
// one they write and expect 0,5. No number that is not whole goes through them; the tests run under a comma locale too (tests/in_comma_locale.sh).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clipscope {

// The shortest text that reads back as the same number: "0.716", "1e-08"; "nan", "inf", "-inf".
std::string number_text(double number);
std::string number_text(float number);

// So many digits after the point: fixed_text(0.716, 2) is "0.72". Signed: "+0.72".
std::string fixed_text(double number, int decimals);
std::string signed_text(double number, int decimals);
// So many significant digits at most: rounded_text(3.16228e-05, 4) is "3.162e-05", rounded_text(0.25, 4) "0.25".
std::string rounded_text(double number, int digits);

// Rounded to so many significant digits, as the same number on every machine.
double rounded_number(double number, int digits);

// For people: 61706 as "61,706".
std::string grouped_text(std::int64_t number);

// A word's bits: "0x0000002a".
std::string hexadecimal(std::uint32_t bits);

// The same number as a double that prints as shortly: 0.1f becomes 0.1, not 0.10000000149011612. float() of it is `number` again.
double short_double(float number);

// The whole text as a decimal number ("1e-8", "0.5", "-3"); nothing where it is anything else, or beyond what a double can hold.
std::optional<double> parse_number(std::string_view text);

// Whether the text would be a number if its comma were a point, "0,5": what to say then is decimal_point_advice.
bool has_decimal_comma(std::string_view text);
inline constexpr const char* decimal_point_advice = "write the decimal point as a point, as in 0.5";

}  // namespace clipscope
