// figures: draws the figures of a result's file. The drawing is Qt's, so the desktop program does it, without a display.
#include <unistd.h>

#include <CLI/App.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "command.h"
#include "common/error.h"
#include "desktop_program.h"
#include "output_files.h"

namespace clipscope::cli {

namespace {

struct FiguresOptions {
    std::string result;
    std::string output;
};

int run_figures(const FiguresOptions& options, std::stop_source& stop) {
    if (access(options.result.c_str(), R_OK) != 0) {
        throw Error("Cannot read '" + options.result + "': " + std::strerror(errno) + "; give the JSON file of a result, or a study.");
    }
    check_writable_folder(options.output);
    return run_desktop_program({"--render", options.result, "--output", options.output}, "The figures are", stop.get_token());
}

}  // namespace

void add_figures_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<FiguresOptions>();
    CLI::App* command = app.add_subcommand("figures", "Draw the figures of a result or a study into a folder; needs no display");
    command->add_option("RESULT", options->result, "JSON file of a result, or a study (.clipscope): each of its jobs gets a folder")
        ->required();
    command->add_option("--output", options->output, "Folder for the figures")->required();
    command->footer("Example: clipscope-cli figures result.json --output figures");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_figures(*options, stop); }; });
}

}  // namespace clipscope::cli
