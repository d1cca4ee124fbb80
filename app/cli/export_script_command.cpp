#include "export_script_command.h"

#include <CLI/App.hpp>
#include <cstdio>
#include <string_view>

#include "common/error.h"
#include "network/export_script.h"

namespace clipscope::cli {

namespace {

int print_script(std::stop_source&) {
    const std::string_view script = export_script();
    if (std::fwrite(script.data(), 1, script.size(), stdout) != script.size() || std::fflush(stdout) != 0)
        throw Error("Cannot write the script: check that there is room where it goes.");
    return exit_done;
}

}  // namespace

void add_export_script_command(CLI::App& app, CommandRunner& runner) {
    CLI::App* command = app.add_subcommand("export-script", "Print a Python file that saves a PyTorch network for ClipScope");
    command->footer("Example: clipscope-cli export-script > clipscope_export.py");
    command->callback([&runner] { runner = print_script; });
}

}  // namespace clipscope::cli
