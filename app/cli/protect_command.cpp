// protect: a network with a protection built in, and the protection as a plan.
#include <CLI/App.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <variant>

#include "campaign/contestants.h"
#include "campaign/hardened_export.h"
#include "campaign/profile.h"
#include "campaign/protection_plan.h"
#include "campaign/thresholds_file.h"
#include "command.h"
#include "common/error.h"
#include "common/number_text.h"
#include "common/text_file.h"
#include "input_warning.h"
#include "output_files.h"
#include "progress_line.h"
#include "tuning_options.h"

namespace clipscope::cli {

namespace {

struct ProtectOptions {
    InputOptions input;
    TuningOptions tuning;
    WorkOptions work;
    std::string protection;
    std::vector<std::string> thresholds;
    std::string output;
    std::string plan;
};

std::optional<Contestant> make_contestant(const ProtectOptions& options, const OpenedInputs& inputs, const std::stop_token& stop) {
    TuningSettings settings;
    settings.threads = options.work.threads;
    settings.chunk = options.work.chunk;
    settings.device = options.work.device;
    const std::vector<SiteInfo>& sites = inputs.tuning.network->sites();
    std::optional<Clipping> act_max;
    TunedBounds tuned;
    if (!options.thresholds.empty()) {
        const ThresholdsFile file = read_thresholds(options.thresholds);
        check_thresholds_fit(file, *inputs.tuning.network, options.thresholds.front());
        tuned = file.tuned(sites);
        act_max = file.act_max(sites);
    }
    ProgressLine line;
    const EventSink sink = [&](const Event& event) {
        if (const auto* progress = std::get_if<Progress>(&event))
            line.show(progress->done, progress->total, progress->seconds_left, progress->activity);
    };
    const Protection protection = protection_from_string(options.protection);
    if (!parts_of(protection).activation) act_max = Clipping{};
    if (!act_max) act_max = measure_act_max(inputs.tuning, settings, sink, stop);
    if (!act_max) return std::nullopt;
    auto made = make_contestants(inputs.tuning, {protection}, *act_max, tuned, settings, sink, stop);
    return made ? std::optional(made->front()) : std::nullopt;
}

// The network's file; false where it was stopped.
bool write_network(const ProtectOptions& options, const JobInputs& tuning, const Contestant& contestant, const std::stop_token& stop) {
    if (contestant.clipping == Clipping{} && !contestant.sites)
        throw UsageError("'" + options.protection +
                         "' changes no activation, so the network's file stays as it is: leave --output out and take the plan.");
    const Evaluator evaluator(
        tuning.network, tuning.images, tuning.input,
        {.chunk = options.work.chunk, .device = options.work.device, .clipping = contestant.clipping, .protections = contestant.sites});
    const auto file = contestant.sites ? export_protected(evaluator, contestant.clipping, *contestant.sites, tuning, options.output, stop)
                                       : export_hardened(evaluator, contestant.clipping, tuning, options.output, stop);
    if (!file) return false;
    print("The protected network is in '" + file->path + "'; opened again, it gives the same logits on all " +
          std::to_string(file->images_compared) + " images.\n");
    return true;
}

int run_protect(const ProtectOptions& options, std::stop_source& stop) {
    check_work_options(options.work);
    check_writable_network(options.output);
    check_writable_file(options.plan);
    if (options.output.empty() && options.plan.empty())
        throw UsageError("Nothing is to be written: give --output for the network, --plan for the protection, or both.");
    protection_from_string(options.protection);
    const OpenedInputs inputs = open_tuning_inputs(options.input, options.tuning);
    warn_of_doubtful_input(inputs.evaluation, options.work, stop.get_token());
    const auto contestant = make_contestant(options, inputs, stop.get_token());
    if (!contestant || (!options.output.empty() && !write_network(options, inputs.tuning, *contestant, stop.get_token()))) {
        std::fputs("clipscope-cli: Interrupted before the protected network was verified; nothing was written.\n", stderr);
        return exit_interrupted;
    }
    if (!options.plan.empty()) write_file(options.plan, protection_plan_json(*inputs.tuning.network, *contestant));
    const ProtectionPrice price = contestant->price.value_or(ProtectionPrice{});
    print(options.protection + " adds " + rounded_text(price.storage_percent, 3) + " % of storage and " +
          rounded_text(price.operations_percent, 3) + " % of operations.\n");
    return exit_done;
}

}  // namespace

void add_protect_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<ProtectOptions>();
    CLI::App* command = app.add_subcommand("protect", "Write a network with a protection built in, and the protection as a plan");
    add_input_options(*command, options->input);
    add_tuning_options(*command, options->tuning);
    command->add_option("--protection", options->protection, "As for duel: range-channel, guard+clip, sec-ded-39-32@FC-1, ...")
        ->type_name("NAME")
        ->required();
    add_tuned_thresholds_option(*command, options->thresholds);
    command
        ->add_option(
            "--output", options->output,
            "File for the network with protected activations: TorchScript in standard operations, which needs no ClipScope to run; "
            "where activations are clipped by site also ONNX")
        ->type_name("FILE");
    command
        ->add_option("--plan", options->plan,
                     "JSON file of the protection: for each parameter how its words are guarded or coded, for each site its bounds")
        ->type_name("FILE");
    add_work_options(*command, options->work);
    command->footer(
        "Bounds come from the tuning images. The network's file is opened again and compared before it counts as written.\n"
        "Example: clipscope-cli protect --protection guard+clip-channel --output protected.pt --plan plan.json");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_protect(*options, stop); }; });
}

}  // namespace clipscope::cli
