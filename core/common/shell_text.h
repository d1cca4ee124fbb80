// Words as a POSIX shell reads them.
#pragma once

#include <string>

namespace clipscope {

// In single quotes, whatever it holds.
std::string shell_quoted(const std::string& text);

// One word of a command line: quoted where it has to be.
std::string shell_word(const std::string& text);

}  // namespace clipscope
