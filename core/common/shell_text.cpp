#include "common/shell_text.h"

#include <algorithm>
#include <string_view>

namespace clipscope {

std::string shell_quoted(const std::string& text) {
    std::string word = "'";
    for (const char letter : text) word += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    return word + "'";
}

std::string shell_word(const std::string& text) {
    const auto is_plain = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
               std::string_view("_-+=:,./@%").find(letter) != std::string_view::npos;
    };
    return !text.empty() && std::ranges::all_of(text, is_plain) ? text : shell_quoted(text);
}

}  // namespace clipscope
