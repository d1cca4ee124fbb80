// Scripts with which a shell completes the program's commands, options and values. They are made from what the program itself parses with,
// so they never lag behind it.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace clipscope::cli {

std::string bash_completion(const CLI::App& app);
std::string zsh_completion(const CLI::App& app);
std::string fish_completion(const CLI::App& app);

}  // namespace clipscope::cli
