#include "export_script_command.h"

#include <CLI/App.hpp>
#include <string>

#include "network/export_script.h"
#include "output_files.h"

namespace clipscope::cli {

namespace {

int print_script(std::stop_source&) {
    print(std::string(export_script()));
    return exit_done;
}

}  // namespace

void add_export_script_command(CLI::App& app, CommandRunner& runner) {
    CLI::App* command = app.add_subcommand("export-script", "Print a Python file that saves a PyTorch network for ClipScope");
    command->footer("Example: clipscope-cli export-script > clipscope_export.py");
    command->callback([&runner] { runner = print_script; });
}

}  // namespace clipscope::cli
