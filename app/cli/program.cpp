#include "program.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <string>

#include "command.h"
#include "common/error.h"
#include "common/version.h"
#include "evaluation/kernel_cache.h"
#include "export_script_command.h"
#include "help_formatter.h"
#include "interruption.h"
#include "output_files.h"
#include "process_team.h"

namespace clipscope::cli {

namespace {

// "clipscope-cli sensitivity", as the user typed it.
std::string command_name(const CLI::App& app) {
    std::string name = app.get_name();
    for (const CLI::App* command : app.get_subcommands()) name += " " + command->get_name();
    return name;
}

// One sentence on one line of stderr, ended by a full stop.
void complain(const std::string& text, const std::string& advice = {}) {
    std::string line = text;
    std::replace(line.begin(), line.end(), '\n', ' ');
    if (!line.empty() && line.back() != '.' && line.back() != '!' && line.back() != '?') line += '.';
    if (!advice.empty()) line += " " + advice;
    std::fprintf(stderr, "clipscope-cli: %s\n", line.c_str());
}

int complain_about_usage(const CLI::App& app, const std::string& text) {
    complain(text, "See " + command_name(app) + " --help.");
    return exit_wrong_usage;
}

// CLI11 says "Could not convert: --trials = abc".
std::string what_is_wrong(const CLI::ParseError& error) {
    const std::string text = error.what(), could_not = "Could not convert: ", is = " = ";
    const std::size_t value = text.find(is);
    if (!text.starts_with(could_not) || value == std::string::npos) return text;
    const std::string name = text.substr(could_not.size(), value - could_not.size());
    return name + " takes a number, not '" + text.substr(value + is.size()) + "'";
}

int run_chosen(const CLI::App& app, const CommandRunner& runner, bool is_verbose) {
    try {
        if (process_team().is_follower()) {  // the first hears signals for all
            std::stop_source never;
            return runner(never);
        }
        Interruption interruption;
        return runner(interruption.source());
    } catch (const UsageError& error) {
        return complain_about_usage(app, error.what());
    } catch (const Error& error) {
        complain(error.what());
        const auto* of_library = dynamic_cast<const LibraryError*>(&error);
        if (is_verbose && of_library != nullptr) std::fprintf(stderr, "%s\n", of_library->detail().c_str());
    } catch (const std::bad_alloc&) {
        complain("There is not enough memory for this; try a smaller --memory, --threads or --chunk.");
    } catch (const std::exception& error) {
        complain("Something unexpected went wrong: " + short_text(error), is_verbose ? "" : "With --verbose all of it is printed.");
        if (is_verbose) std::fprintf(stderr, "%s\n", long_text(error).c_str());
    }
    return exit_failed;
}

// Under mpirun every process runs the command; what they find has one place.
void check_team_command(const CLI::App& app) {
    if (!process_team().team) return;
    for (const CLI::App* command : app.get_subcommands()) {
        const CLI::Option* study = command->get_option_no_throw("--study");
        if (study == nullptr || study->count() == 0)
            throw UsageError("Under mpirun a job keeps its results in a study: run " + command->get_name() +
                             (study == nullptr ? " without mpirun" : " with --study FILE"));
    }
}

// CLI11 would only say that a subcommand is required.
void check_command(const CLI::App& app, const std::string& word) {
    const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
    std::string known;
    for (const CLI::App* command : commands) {
        if (command->get_name() == word) return;
        known += (known.empty() ? "" : ", ") + command->get_name();
    }
    throw UsageError("There is no command '" + word + "': choose one of " + known);
}

}  // namespace

int run_program(int argc, char** argv) {
    limit_kernel_cache();
    CLI::App app("The resilience of neural networks against memory faults, without a window.", "clipscope-cli");
    app.formatter(std::make_shared<HelpFormatter>());
    app.require_subcommand(1);
    // As elsewhere on the command line, the last one wins: scripts append options to change what a variable says.
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    bool is_verbose = false;
    app.add_flag("--verbose", is_verbose, "After a failure also print what LibTorch or another library said about it");
    app.fallthrough();
    app.set_version_flag("--version", std::string("ClipScope ") + version(), "Print the version and exit");
    app.footer(
        "Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted with the results so far kept.\n"
        "Without --model and --data the bundled network and Fashion-MNIST are used.");
    CommandRunner runner;
    add_info_command(app, runner);
    add_evaluate_command(app, runner);
    add_sensitivity_command(app, runner);
    add_plan_command(app, runner);
    add_profile_command(app, runner);
    add_sweep_command(app, runner);
    add_harden_command(app, runner);
    add_compare_command(app, runner);
    add_duel_command(app, runner);
    add_protect_command(app, runner);
    add_protect_first_command(app, runner);
    add_train_command(app, runner);
    add_study_command(app, runner);
    add_replay_command(app, runner);
    add_rank_command(app, runner);
    add_differences_command(app, runner);
    add_report_command(app, runner);
    add_export_command(app, runner);
    add_merge_command(app, runner);
    add_recover_command(app, runner);
    add_export_script_command(app, runner);
    add_figures_command(app, runner);
    add_bits_command(app, runner);
    add_faults_command(app, runner);
    add_worst_command(app, runner);
    add_inspect_command(app, runner);
    add_upsets_command(app, runner);
    add_grade_command(app, runner);
    add_bench_command(app, runner);
    add_completion_command(app, runner);
    add_offered_job_commands(app, runner);
    try {
        if (argc > 1 && argv[1][0] != '-') check_command(app, argv[1]);
        app.parse(argc, argv);
        check_team_command(app);
    } catch (const CLI::Success& request) {  // --help, --version
        return app.exit(request);
    } catch (const CLI::ParseError& error) {
        return complain_about_usage(app, what_is_wrong(error));
    } catch (const UsageError& error) {
        return complain_about_usage(app, error.what());
    }
    return run_chosen(app, runner, is_verbose);
}

}  // namespace clipscope::cli
