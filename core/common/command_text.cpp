#include "common/command_text.h"

#include "common/shell_text.h"

namespace clipscope {

CommandText::CommandText(const std::string& command) : text_(command) {}

void CommandText::word(const std::string& text) {
    text_ += " " + shell_word(text);
}

void CommandText::option(const std::string& name, const std::string& value) {
    text_ += " " + name + " " + shell_word(value);
}

void CommandText::option(const std::string& name, const std::string& value, const std::string& usual) {
    if (value != usual) option(name, value);
}

void CommandText::flag(const std::string& name, bool is_set) {
    if (is_set) text_ += " " + name;
}

}  // namespace clipscope
