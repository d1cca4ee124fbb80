// A command of clipscope-cli: one file with a function that adds its subcommand, options and help to the program.
// Parsing only chooses a command; what it does starts when main calls the runner, so that a wrong command line starts nothing.
#pragma once

#include <functional>
#include <stop_token>

namespace CLI {
class App;
}

namespace clipscope::cli {

enum ExitStatus : int {
    exit_done = 0,
    exit_failed = 1,
    exit_wrong_usage = 2,
    exit_interrupted = 130,  // stopped by Ctrl-C or SIGTERM; the results so far are kept
};

// Does the chosen command and returns the exit status. The source is asked to stop when the user interrupts; a command may stop itself with
// it. Throws UsageError, Error.
using CommandRunner = std::function<int(std::stop_source&)>;

// Each sets `runner` when its subcommand is the one on the command line.
void add_info_command(CLI::App& app, CommandRunner& runner);
void add_evaluate_command(CLI::App& app, CommandRunner& runner);
void add_train_command(CLI::App& app, CommandRunner& runner);
void add_sensitivity_command(CLI::App& app, CommandRunner& runner);
void add_plan_command(CLI::App& app, CommandRunner& runner);
void add_profile_command(CLI::App& app, CommandRunner& runner);
void add_sweep_command(CLI::App& app, CommandRunner& runner);
void add_harden_command(CLI::App& app, CommandRunner& runner);
void add_compare_command(CLI::App& app, CommandRunner& runner);
void add_duel_command(CLI::App& app, CommandRunner& runner);
void add_protect_command(CLI::App& app, CommandRunner& runner);
void add_protect_first_command(CLI::App& app, CommandRunner& runner);
void add_figures_command(CLI::App& app, CommandRunner& runner);
void add_bits_command(CLI::App& app, CommandRunner& runner);
void add_faults_command(CLI::App& app, CommandRunner& runner);
void add_worst_command(CLI::App& app, CommandRunner& runner);
void add_inspect_command(CLI::App& app, CommandRunner& runner);
void add_upsets_command(CLI::App& app, CommandRunner& runner);
void add_bench_command(CLI::App& app, CommandRunner& runner);
void add_study_command(CLI::App& app, CommandRunner& runner);
void add_report_command(CLI::App& app, CommandRunner& runner);
void add_differences_command(CLI::App& app, CommandRunner& runner);
void add_rank_command(CLI::App& app, CommandRunner& runner);
void add_export_command(CLI::App& app, CommandRunner& runner);
void add_replay_command(CLI::App& app, CommandRunner& runner);
void add_merge_command(CLI::App& app, CommandRunner& runner);
void add_recover_command(CLI::App& app, CommandRunner& runner);
void add_grade_command(CLI::App& app, CommandRunner& runner);
void add_completion_command(CLI::App& app, CommandRunner& runner);
// Those of the kinds of jobs that offer one by their definition (study/job_definition.h).
void add_offered_job_commands(CLI::App& app, CommandRunner& runner);

}  // namespace clipscope::cli
