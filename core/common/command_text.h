// A command line for people to copy, word by word, quoted where a shell needs it.
#pragma once

#include <string>

namespace clipscope {

class CommandText {
public:
    explicit CommandText(const std::string& command);

    void word(const std::string& text);
    void option(const std::string& name, const std::string& value);
    // Where it is not what the command takes by itself.
    void option(const std::string& name, const std::string& value, const std::string& usual);
    void flag(const std::string& name, bool is_set);
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

}  // namespace clipscope
