// What an option of the command line says about itself, for its help and for the completion of shells.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class Option;
}

namespace clipscope::cli {

struct OptionWords {
    std::vector<std::string> names;    // "-h", "--help"; of a positional its name alone
    std::string value;                 // "FILE", "test|train", "NAME" of many choices; empty where it takes none
    std::vector<std::string> choices;  // the values there are, where they are few and known
    std::string default_value;
    bool is_positional = false;
    bool takes_many = false;
    bool takes_file = false;    // which an existing folder may be, too
    bool takes_folder = false;  // and no file
    std::string description;    // as the code has it
};

OptionWords option_words(const CLI::Option& option);

}  // namespace clipscope::cli
