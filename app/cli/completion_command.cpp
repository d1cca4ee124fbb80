// completion: the script with which a shell completes this program's commands and options.
#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <memory>
#include <string>

#include "command.h"
#include "completion_scripts.h"
#include "output_files.h"

namespace clipscope::cli {

void add_completion_command(CLI::App& app, CommandRunner& runner) {
    auto shell = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("completion", "Print a script with which a shell completes commands and options");
    command->add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""));
    command->footer(
        "Example: clipscope-cli completion bash > ~/.local/share/bash-completion/completions/clipscope-cli\n"
        "An installed package of Debian has them all.");
    command->callback([&app, shell, &runner] {
        runner = [&app, shell](std::stop_source&) {
            print(*shell == "bash" ? bash_completion(app) : *shell == "zsh" ? zsh_completion(app) : fish_completion(app));
            return exit_done;
        };
    });
}

}  // namespace clipscope::cli
