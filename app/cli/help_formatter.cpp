#include "help_formatter.h"

#include "common/text_list.h"
#include "option_words.h"

namespace clipscope::cli {

namespace {

constexpr std::size_t description_column = 26, line_width = 110;

std::string full_description(const CLI::Option& option, const OptionWords& words) {
    std::string text = words.description;
    if (!words.choices.empty() && words.value.find('|') == std::string::npos) text += ": " + joined(words.choices);
    std::string others;
    for (const CLI::Option* other : option.get_excludes()) others += (others.empty() ? "" : ", ") + other->get_name();
    if (!others.empty()) text += "; not together with " + others;
    if (option.get_required() && !words.is_positional) text += " (required)";
    if (!words.default_value.empty() && text.find("(default") == std::string::npos) text += " (default: " + words.default_value + ")";
    return text;
}

// Words in lines no longer than `line_width`, each but the first indented to the description's column.
std::string wrapped(const std::string& text) {
    std::string result;
    std::size_t column = description_column;
    for (const std::string& word : split_list(text, ' ')) {
        if (word.empty()) continue;
        if (column > description_column && column + 1 + word.size() > line_width) {
            result += "\n" + std::string(description_column, ' ');
            column = description_column;
        } else if (column > description_column) {
            result += ' ';
            ++column;
        }
        result += word;
        column += word.size();
    }
    return result;
}

}  // namespace

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
    const OptionWords words = option_words(*option);
    std::string head = "  " + joined(words.names);
    if (!words.value.empty()) head += " " + words.value;
    if (words.takes_many && !is_positional && words.value.find(',') == std::string::npos) head += " ...";
    if (head.size() + 2 > description_column)
        head += "\n" + std::string(description_column, ' ');
    else
        head.resize(description_column, ' ');
    return head + wrapped(full_description(*option, words)) + "\n";
}

}  // namespace clipscope::cli
