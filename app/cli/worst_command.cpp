// worst: the single bits whose fault loses most accuracy, and the worst few together.
#include <CLI/App.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "campaign/worst_bits.h"
#include "command.h"
#include "common/error.h"
#include "common/number_text.h"
#include "common_options.h"
#include "input_warning.h"
#include "output_files.h"
#include "progress_line.h"
#include "results/worst_bits_output.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

struct WorstOptions {
    InputOptions input;
    WorkOptions work;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    std::string memory;
    std::string layers = "network";
    WorstBitsSettings search;
    std::string json;
    std::string list;
};

std::string bits_table(const std::vector<WorstBit>& bits, NonfiniteRule rule) {
    using Align = TextTable::Align;
    TextTable table({{"#", Align::right},
                     {"Layer"},
                     {"Parameter"},
                     {"Element", Align::right},
                     {"Bit", Align::right},
                     {"Before", Align::right},
                     {"After", Align::right},
                     {"Accuracy %", Align::right},
                     {"SDC %", Align::right},
                     {"DUE %", Align::right}});
    for (std::size_t i = 0; i < bits.size(); ++i) {
        const FaultyValue& value = bits[i].value;
        const Outcome& outcome = bits[i].outcome;
        const auto share = [&](std::int64_t images) { return percent(double(images) / double(std::max(outcome.images, 1))); };
        table.add_row({std::to_string(i + 1), value.layer, value.parameter, std::to_string(value.element), std::to_string(value.bit),
                       number_text(value.before), number_text(value.after), percent(accuracy(outcome, rule)), share(outcome.sdc),
                       share(outcome.due)});
    }
    return table.to_string();
}

std::string worst_text(const JobInputs& inputs, const FaultScope& scope, const WorstOptions& options, const WorstBits& found,
                       double seconds) {
    std::string text = "The worst single faults in " + scope.name + ": " + inputs.model_name + " on " +
                       grouped_text(std::int64_t(inputs.images.size())) + " images of " + inputs.data_name + ", " +
                       percent(accuracy(found.clean, options.nonfinite)) + " % without faults\n\n";
    if (found.alone.empty()) return text + "No class of bits lost an answer in the pilot: none of these bits is critical alone.\n";
    text += bits_table(found.alone, options.nonfinite);
    if (!found.together.empty()) text += "\nTogether, each beside those above it:\n\n" + bits_table(found.together, options.nonfinite);
    const char* what = options.search.exhaustive ? " bits of the scope" : " bits whose class lost answers in the pilot";
    return text + "\nTried " + grouped_text(found.tried) +
           (found.tried < found.critical ? " (those that change a number most) of " : " of ") + grouped_text(found.critical) + what + ", " +
           grouped_text(found.image_evaluations) + " image evaluations in " + duration_text(seconds) + ".\n";
}

int run_worst(const WorstOptions& options, std::stop_source& stop) {
    check_work_options(options.work);
    check_at_least("--bits", options.search.count, 1);
    check_writable_file(options.json);
    check_writable_file(options.list);
    WorstBitsSettings settings = options.search;
    settings.nonfinite = options.nonfinite;
    settings.threads = options.work.threads;
    settings.chunk = options.work.chunk;
    settings.device = options.work.device;
    if (!options.memory.empty()) settings.memory_bytes = parse_memory(options.memory);
    const JobInputs inputs = open_job_inputs(options.input);
    const FaultScope scope = only_scope(options.layers, *inputs.network);
    warn_of_doubtful_input(inputs, options.work, stop.get_token());
    tell_of_reach(*inputs.network, options.layers);
    ProgressLine line;
    const auto started = std::chrono::steady_clock::now();
    const auto found = find_worst_bits(
        inputs, scope, settings,
        [&](std::int64_t done, std::int64_t total, const std::string& activity) { line.show(done, total, -1, activity); },
        stop.get_token());
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    line.clear();
    if (!found) {
        std::fputs("clipscope-cli: Interrupted before the worst bits were known; nothing was written.\n", stderr);
        return exit_interrupted;
    }
    if (!options.list.empty()) write_file(options.list, worst_bits_list(*found));
    const WorstBitsOrigin origin{inputs.model_name,
                                 inputs.network->sha256(),
                                 inputs.data_name,
                                 std::int64_t(inputs.images.size()),
                                 scope.name,
                                 inputs.network->memory(),
                                 options.nonfinite,
                                 settings.exhaustive,
                                 seconds};
    if (!options.json.empty()) write_file(options.json, worst_bits_json(*found, origin));
    if (options.json != "-") print(worst_text(inputs, scope, options, *found, seconds));
    return exit_done;
}

}  // namespace

void add_worst_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<WorstOptions>();
    CLI::App* command = app.add_subcommand("worst", "Find the bits whose faults lose most accuracy");
    add_input_options(*command, options->input);
    // Here --bits says how many.
    command->remove_option(command->get_option("--bits"));
    command->add_option("--bits", options->search.count, "How many bits to find")->type_name("N")->capture_default_str();
    command->add_option("--positions", options->input.memory.bits, "Bits that may be faulty, as other commands take them with --bits")
        ->type_name("BITS")
        ->capture_default_str();
    command->add_option("--layers", options->layers, "Where faults may lie, as for sensitivity: one curve")
        ->type_name("LAYERS")
        ->capture_default_str();
    command->add_flag("--together", options->search.together,
                      "And the worst case of so many faults at once: each the worst beside those before it, of the worst few hundred");
    command
        ->add_option("--candidates", options->search.candidates,
                     "At most so many bits are tried: those of the critical classes that change a number most")
        ->type_name("N")
        ->capture_default_str();
    command->add_flag("--exhaustive", options->search.exhaustive, "Try every bit of the layers on all images, however long it takes");
    add_nonfinite_option(*command, options->nonfinite);
    add_work_options(*command, options->work);
    add_memory_option(*command, options->memory);
    add_json_option(*command, options->json);
    command->add_option("--list", options->list, "The bits found as a list for the command faults")->type_name("FILE");
    command->footer(
        "Candidates come from the pilot, which finds the classes of bits (layer, position, sign) whose faults lose answers; few images\n"
        "sort out most of them, the rest run on all images.\n"
        "Example: clipscope-cli worst --bits 5 --together --json worst.json");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_worst(*options, stop); }; });
}

}  // namespace clipscope::cli
