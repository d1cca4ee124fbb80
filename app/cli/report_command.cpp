// report: a document of a study. Its figures are Qt's, so the desktop program makes it, without a display.
#include <unistd.h>

#include <CLI/App.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "command.h"
#include "common/error.h"
#include "common/text_file.h"
#include "desktop_program.h"
#include "output_files.h"
#include "report/report_options.h"

namespace clipscope::cli {

namespace {

struct DocumentOptions {
    std::string study;
    std::string output;
    std::string title;
    std::string text;
    std::string without;
};

std::string section_names() {
    std::string names;
    for (const ReportSection section : all_report_sections) names += (names.empty() ? "" : ", ") + to_string(section);
    return names;
}

int run_report(const DocumentOptions& options, std::stop_source& stop) {
    report_sections_from_list(options.without);
    if (access(options.study.c_str(), R_OK) != 0)
        throw Error("Cannot read '" + options.study + "': " + std::strerror(errno) + "; give a study (.clipscope).");
    if (!options.text.empty()) read_text_file(options.text);
    check_writable_file(options.output);
    std::vector<std::string> arguments = {"--report", options.study, "--output", options.output};
    const auto add = [&](const char* name, const std::string& value) {
        // With an equals sign a value may begin with a minus.
        if (!value.empty()) arguments.push_back(std::string(name) + "=" + value);
    };
    add("--title", options.title);
    add("--text", options.text);
    add("--without", options.without);
    return run_desktop_program(arguments, "The report's figures are", stop.get_token());
}

}  // namespace

void add_report_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<DocumentOptions>();
    CLI::App* command = app.add_subcommand(
        "report", "Make a document of a study: answer, set-up, rankings, curves, worst cases, protections, evidence, how to repeat it");
    command->add_option("STUDY", options->study, "A study (.clipscope); one that is being written is reported as it is now")->required();
    command->add_option("--output", options->output, "The document: .html, one page with all figures, or .pdf")
        ->type_name("FILE")
        ->required();
    command->add_option("--title", options->title, "Its title (default: of the study's file name)")->type_name("TEXT");
    command->add_option("--text", options->text, "A file with the author's words, plain; blank lines part paragraphs")->type_name("FILE");
    command->add_option("--without", options->without, "Sections to leave out: " + section_names())->type_name("SECTION,...");
    command->footer("Example: clipscope-cli report work.clipscope --output report.pdf --without limits,repeat");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_report(*options, stop); }; });
}

}  // namespace clipscope::cli
