// Lists as command lines write them: "CONV-1, FC-2".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clipscope {

// Without the blanks around it.
std::string trimmed(std::string_view text);

// The trimmed parts between separators, empty ones included: never an empty vector.
std::vector<std::string> split_list(std::string_view text, char separator);

// For messages, of a text that a file of others holds: at most so many bytes of it, control characters as question marks.
std::string printable(std::string_view text, std::size_t most_bytes);

// "CONV-1, FC-2", as people read it.
std::string joined(const std::vector<std::string>& parts);

// ASCII letters made small, whatever the locale.
std::string lower_case(std::string_view text);

}  // namespace clipscope
