// Numbers as files and command lines write them: with a point whatever the locale, and exactly the same number when read again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace clipscope {

// The shortest text that reads back as the same number: "0.716", "1e-08"; "nan", "inf", "-inf".
std::string number_text(double number);
std::string number_text(float number);

// The same number as a double that prints as shortly: 0.1f becomes 0.1, not 0.10000000149011612. float() of it is `number` again.
double short_double(float number);

// The whole text as a decimal number ("1e-8", "0.5", "-3"); nothing where it is anything else, or beyond what a double can hold.
std::optional<double> parse_number(std::string_view text);

}  // namespace clipscope
