#include "option_words.h"

#include <CLI/Option.hpp>
#include <algorithm>
#include <cctype>

#include "common/text_list.h"

namespace clipscope::cli {

namespace {

bool is_choice(const std::string& word) {
    return !word.empty() && std::ranges::all_of(word, [](unsigned char c) { return std::islower(c) || std::isdigit(c) || c == '-'; });
}

// CLI11 names the type of a choice "TEXT:{test,train}".
void read_type(std::string type, OptionWords& words) {
    const std::size_t open = type.find('{'), close = type.rfind('}');
    if (open != std::string::npos && close != std::string::npos && open < close) {
        words.choices = split_list(type.substr(open + 1, close - open - 1), ',');
        for (const std::string& choice : words.choices) words.value += (words.value.empty() ? "" : "|") + choice;
        // More than a line of the help has room for: its description names them then.
        constexpr std::size_t longest = 30;
        if (words.value.size() > longest) words.value = "NAME";
        return;
    }
    words.value = type;
    if (type.find('|') != std::string::npos) std::ranges::copy_if(split_list(type, '|'), std::back_inserter(words.choices), is_choice);
    words.takes_file = type.starts_with("FILE") || type.find('.') != std::string::npos;
    words.takes_folder = type == "FOLDER" || type == "DIR";
}

}  // namespace

OptionWords option_words(const CLI::Option& option) {
    OptionWords words;
    words.is_positional = option.get_positional();
    if (words.is_positional) {
        words.names.push_back(option.get_name(true, false));
        // A positional's name is its type's: MODEL, RESULT and STUDY are files.
        words.takes_file = true;
    } else {
        for (const std::string& name : option.get_snames()) words.names.push_back("-" + name);
        for (const std::string& name : option.get_lnames()) words.names.push_back("--" + name);
    }
    if (option.get_type_size() != 0 && !words.is_positional) read_type(option.get_type_name(), words);
    words.default_value = option.get_default_str();
    words.takes_many = option.get_expected_max() >= CLI::detail::expected_max_vector_size;
    words.description = option.get_description();
    return words;
}

}  // namespace clipscope::cli
