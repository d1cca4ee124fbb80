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
    // Those of the desktop program that were given, in its own words: it knows fonts, presets and the curves of the result.
    std::vector<std::string> passed_on;
};

int run_figures(const FiguresOptions& options, std::stop_source& stop) {
    if (access(options.result.c_str(), R_OK) != 0) {
        throw Error("Cannot read '" + options.result + "': " + std::strerror(errno) + "; give the JSON file of a result, or a study.");
    }
    check_writable_folder(options.output);
    std::vector<std::string> arguments{"--render", options.result, "--output", options.output};
    arguments.insert(arguments.end(), options.passed_on.begin(), options.passed_on.end());
    return run_desktop_program(arguments, "The figures are", stop.get_token());
}

void add_style_options(CLI::App& command, FiguresOptions& options) {
    const auto add = [&](const std::string& name, const std::string& type, const std::string& help) {
        command
            .add_option_function<std::string>(
                name,
                [name, &options](const std::string& value) {
                    options.passed_on.push_back(name);
                    options.passed_on.push_back(value);
                },
                help)
            ->type_name(type)
            ->group("Style; without any of these, PNG, PDF and SVG as the window exports them");
    };
    add("--style", "FILE", "Style of the figures, a JSON file as the window's figure editor writes it; the options below win over it");
    add("--preset", "NAME", "Size of a page: ieee-column, ieee-double, springer-column, springer-double or slide");
    add("--width", "LENGTH", "88mm, 8.8cm, 3.5in or 250pt");
    add("--height", "LENGTH", "60mm");
    add("--font", "NAME", "sans, serif, or the name of a font; embedded in PDF");
    add("--font-size", "POINTS", "4 to 48; smaller where a text would not fit");
    add("--curves", "NAMES", "CONV-1,FC-1: these curves alone, in this order");
    add("--title", "TEXT", "Title above the figures");
    add("--legend", "PLACE",
        "automatic, above, below, right, top-left, top-right, bottom-left, bottom-right, at-curves (names at the curves' ends) or none");
    add("--format", "NAMES",
        "pdf,svg,png,pgf (drawing commands for LaTeX) and py (the numbers, and a script that draws them with matplotlib)");
    add("--dpi", "N", "Dots per inch of PNG: 72 to 1200");
    command.add_flag_callback(
        "--paper", [&options] { options.passed_on.emplace_back("--paper"); },
        "Of a study: figures 1b, 3, 5, 6, 7 and 8 of the FT-ClipAct paper, arranged as there; which job is missing is said");
    command
        .add_flag_callback(
            "--no-title", [&options] { options.passed_on.emplace_back("--no-title"); }, "No title, whatever the style says")
        ->group("Style; without any of these, PNG, PDF and SVG as the window exports them");
}

}  // namespace

void add_figures_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<FiguresOptions>();
    CLI::App* command = app.add_subcommand("figures", "Draw the figures of a result or a study into a folder; needs no display");
    command->add_option("RESULT", options->result, "JSON file of a result, or a study (.clipscope): each of its jobs gets a folder")
        ->required();
    command->add_option("--output", options->output, "Folder for the figures")->required();
    add_style_options(*command, *options);
    command->footer(
        "Examples: clipscope-cli figures result.json --output figures\n"
        "          clipscope-cli figures result.json --output figures --width 88mm --height 60mm --font serif --curves CONV-1,FC-1 "
        "--format "
        "pdf,pgf");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_figures(*options, stop); }; });
}

}  // namespace clipscope::cli
