// merge: joins the studies of slices into one.
#include <CLI/App.hpp>
#include <memory>
#include <string>
#include <vector>

#include "command.h"
#include "output_files.h"
#include "study/study_merge.h"

namespace clipscope::cli {

void add_merge_command(CLI::App& app, CommandRunner& runner) {
    struct Options {
        std::vector<std::string> parts;
        std::string output;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("merge", "Join studies of slices into one, and say what is missing");
    command->add_option("parts", options->parts, "Studies that --slice made, in any order; they stay as they are")
        ->type_name("PART")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->required();
    command->add_option("--output", options->output, "The new study of all")->type_name("FILE")->required();
    command->footer(
        "What is missing is named, and the same command as for a slice, with --study FILE and without --slice, runs it.\n"
        "Example: clipscope-cli sensitivity --slice 1/2 --study a.clipscope --trials 200\n"
        "         clipscope-cli sensitivity --slice 2/2 --study b.clipscope --trials 200\n"
        "         clipscope-cli merge a.clipscope b.clipscope --output all.clipscope");
    command->callback([options, &runner] {
        runner = [options](std::stop_source&) {
            print(merge_studies(options->parts, options->output).text());
            return exit_done;
        };
    });
}

}  // namespace clipscope::cli
