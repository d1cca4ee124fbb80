// protect-first: in which order layers, or bit positions, are worth being protected.
#include <CLI/App.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "campaign/protect_first.h"
#include "command.h"
#include "common/error.h"
#include "common_options.h"
#include "input_warning.h"
#include "output_files.h"
#include "progress_line.h"
#include "results/protect_first_output.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

struct ProtectFirstOptions {
    InputOptions input;
    WorkOptions work;
    std::string memory;
    std::string layers = "network";
    std::string by = "layers";
    ProtectFirstSettings search;
    std::string json;
    std::string csv;
};

std::string found_text(const JobInputs& inputs, const ProtectFirstSettings& settings, const ProtectFirst& found) {
    using Align = TextTable::Align;
    TextTable table({{"#", Align::right},
                     {"Protected"},
                     {"Storage %", Align::right},
                     {"Mean %", Align::right},
                     {"95 % interval", Align::right},
                     {"Gain so far %", Align::right}});
    const auto interval = [](const CurvePoint& point) { return percent(point.ci95_low) + "..." + percent(point.ci95_high); };
    table.add_row({"0", "none", "0", percent(found.unprotected.mean), interval(found.unprotected), "0"});
    for (std::size_t i = 0; i < found.steps.size(); ++i) {
        const ProtectStep& step = found.steps[i];
        table.add_row({std::to_string(i + 1), (i == 0 ? "" : "+ ") + step.name, rounded_text(step.storage_percent, 3),
                       percent(step.point.mean), interval(step.point), fixed_text(100 * step.gain_share, 1)});
    }
    return "What to protect first in " + found.scope + " by " + (settings.protection.empty() ? "tripled bits" : settings.protection) +
           " at the rate " + rounded_text(settings.rate, 6) + ": " + inputs.model_name + " on " +
           grouped_text(std::int64_t(inputs.images.size())) + " images of " + inputs.data_name + ", " +
           percent(accuracy(found.clean, settings.nonfinite)) + " % without faults; " + std::to_string(settings.trials) + " trials; seed " +
           std::to_string(settings.seed) + "\n\n" + table.to_string() + "\nAll protected: " + percent(found.all.point.mean) + " % for " +
           rounded_text(found.all.storage_percent, 3) + " % of storage.\n" + in_words(found) + "\n";
}

int run_protect_first(const ProtectFirstOptions& options, std::stop_source& stop) {
    check_work_options(options.work);
    check_writable_file(options.json);
    check_writable_file(options.csv);
    ProtectFirstSettings settings = options.search;
    if (options.by == "bits") settings.protection.clear();
    settings.seed = options.input.seed;
    settings.threads = options.work.threads;
    settings.chunk = options.work.chunk;
    settings.device = options.work.device;
    if (!options.memory.empty()) settings.memory_bytes = parse_memory(options.memory);
    const JobInputs inputs = open_job_inputs(options.input);
    const FaultScope scope = only_scope(options.layers, *inputs.network);
    warn_of_doubtful_input(inputs, options.work, stop.get_token());
    tell_of_reach(*inputs.network, options.layers);
    ProgressLine line;
    const auto found = find_protect_first(
        inputs, scope, settings,
        [&](std::int64_t done, std::int64_t total, const std::string& activity) { line.show(done, total, -1, activity); },
        stop.get_token());
    line.clear();
    if (!found) {
        std::fputs("clipscope-cli: Interrupted before the order was known; nothing was written.\n", stderr);
        return exit_interrupted;
    }
    if (!options.json.empty()) write_file(options.json, protect_first_json(*found));
    if (!options.csv.empty()) write_file(options.csv, protect_first_csv(*found));
    if (options.json != "-") print(found_text(inputs, settings, *found));
    return exit_done;
}

}  // namespace

void add_protect_first_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<ProtectFirstOptions>();
    CLI::App* command = app.add_subcommand("protect-first", "Find which layers, or bit positions, are worth protecting first");
    add_input_options(*command, options->input);
    command->add_option("--protection", options->search.protection, "Of a layer's words: sec-ded-39-32, parity, guard, tmr-30, ...")
        ->type_name("NAME")
        ->capture_default_str();
    command->add_option("--by", options->by, "What is chosen among: layers, or bit positions, which are tripled")
        ->check(CLI::IsMember({"layers", "bits"}))
        ->type_name("WHAT")
        ->capture_default_str();
    command->add_option("--rate", options->search.rate, "Fault rate per bit at which accuracy is to gain")
        ->type_name("RATE")
        ->capture_default_str();
    command->add_option("--trials", options->search.trials, "The same for every choice")->type_name("N")->capture_default_str();
    command
        ->add_option("--budget", options->search.budget_percent, "Storage that protection may add, in % of the layers' bits (default: any)")
        ->type_name("PERCENT");
    command->add_option("--layers", options->layers, "Where faults may lie, as for sensitivity: one curve")
        ->type_name("LAYERS")
        ->capture_default_str();
    add_nonfinite_option(*command, options->search.nonfinite);
    add_exact_flag(*command, options->search.exact);
    add_work_options(*command, options->work);
    add_memory_option(*command, options->memory);
    add_json_option(*command, options->json);
    command->add_option("--csv", options->csv, "Table of accuracy against storage, step by step")->type_name("FILE");
    command->footer(
        "Each step takes what raises the mean accuracy most for each bit it stores, beside what was taken before.\n"
        "Example: clipscope-cli protect-first --protection sec-ded-39-32 --rate 1e-6 --budget 10");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_protect_first(*options, stop); }; });
}

}  // namespace clipscope::cli
