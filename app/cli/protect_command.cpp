// protect: a network with a protection built in, and the protection as a plan.
#include <CLI/App.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "campaign/contestants.h"
#include "campaign/hardened_export.h"
#include "command.h"
#include "common/c_text.h"
#include "common/error.h"
#include "common/json_text.h"
#include "common/number_text.h"
#include "common/version.h"
#include "evaluation/protected_time.h"
#include "input_warning.h"
#include "output_files.h"
#include "protection_option.h"
#include "results/price_json.h"
#include "results/protection_header.h"
#include "results/protection_plan.h"
#include "tuning_options.h"

namespace clipscope::cli {

namespace {

using Json = nlohmann::ordered_json;

struct ProtectOptions {
    InputOptions input;
    TuningOptions tuning;
    WorkOptions work;
    std::string protection;
    std::vector<std::string> thresholds;
    std::string output;
    std::string plan;
    std::string json;
    bool no_timing = false;
};

// What became of the network's file.
struct WrittenNetwork {
    HardenedFile file;
    std::optional<MeasuredTime> time;
};

// The network's file; nothing where it was stopped.
std::optional<WrittenNetwork> write_network(const ProtectOptions& options, const JobInputs& tuning, const Contestant& contestant,
                                            const std::stop_token& stop) {
    if (contestant.clipping == Clipping{} && !contestant.sites)
        throw UsageError("'" + options.protection +
                         "' changes no activation, so the network's file stays as it is: leave --output out and take the plan.");
    const Evaluator evaluator(
        tuning.network, tuning.images, tuning.input,
        {.chunk = options.work.chunk, .device = options.work.device, .clipping = contestant.clipping, .protections = contestant.sites});
    const auto file = contestant.sites ? export_protected(evaluator, contestant.clipping, *contestant.sites, tuning, options.output, stop)
                                       : export_hardened(evaluator, contestant.clipping, tuning, options.output, stop);
    if (!file) return std::nullopt;
    WrittenNetwork written{*file, std::nullopt};
    if (!options.no_timing) written.time = measure_protected_time(evaluator, file->path, stop);
    return written;
}

Json result_json(const ProtectOptions& options, const JobInputs& tuning, const ProtectionPrice& price,
                 const std::optional<WrittenNetwork>& written) {
    Json json = {{"clipscope_version", version()},
                 {"kind", "protect"},
                 {"model", tuning.model_name},
                 {"data", tuning.data_name},
                 {"tuning_images", tuning.images.size()},
                 {"protection", options.protection},
                 {"price", price_json(price)}};
    if (!options.plan.empty()) json["plan"] = options.plan;
    if (!written) return json;
    json["output"] = written->file.path;
    json["images_compared"] = written->file.images_compared;
    if (const auto& time = written->time)
        json["measured_time"] = {{"ratio", time->ratio},
                                 {"original_seconds", time->original_seconds},
                                 {"protected_seconds", time->protected_seconds},
                                 {"images", time->images},
                                 {"pairs", time->pairs}};
    return json;
}

std::string result_text(const ProtectOptions& options, const ProtectionPrice& price, const std::optional<WrittenNetwork>& written) {
    std::string text;
    if (written) {
        text = "The protected network is in '" + written->file.path + "'; opened again, it gives the same logits on all " +
               std::to_string(written->file.images_compared) + " images.\n";
        if (written->time) text += "It " + in_words(*written->time) + ".\n";
    }
    return text + options.protection + " adds " + rounded_text(price.storage_percent, 3) + " % of storage and " +
           rounded_text(price.operations_percent, 3) + " % of operations.\n";
}

void check_options(const ProtectOptions& options) {
    check_work_options(options.work);
    check_writable_network(options.output);
    check_writable_file(options.plan);
    check_writable_file(options.json);
    if (options.output.empty() && options.plan.empty())
        throw UsageError("Nothing is to be written: give --output for the network, --plan for the protection, or both.");
    const Protection protection = protection_from_string(options.protection);
    if (is_c_header(options.plan)) check_header_fits(protection);
}

int run_protect(const ProtectOptions& options, std::stop_source& stop) {
    check_options(options);
    const OpenedInputs inputs = open_tuning_inputs(options.input, options.tuning);
    const JobInputs& tuning = inputs.tuning;
    if (!options.output.empty()) check_hardened_path(*tuning.network, options.output);
    warn_of_doubtful_input(inputs.evaluation, options.work, stop.get_token());
    const auto contestant =
        find_contestant(protection_from_string(options.protection), options.thresholds, inputs.tuning, options.work, stop.get_token());
    std::optional<WrittenNetwork> written;
    if (contestant && !options.output.empty()) written = write_network(options, tuning, *contestant, stop.get_token());
    if (!contestant || (!options.output.empty() && !written)) {
        std::fputs("clipscope-cli: Interrupted before the protected network was verified; nothing was written.\n", stderr);
        return exit_interrupted;
    }
    if (!options.plan.empty()) write_file(options.plan, protection_plan_text(options.plan, plan_of(*tuning.network, *contestant)));
    const ProtectionPrice price = contestant->price.value_or(ProtectionPrice{});
    if (!options.json.empty()) write_file(options.json, json_text(result_json(options, tuning, price, written)));
    if (options.json != "-") print(result_text(options, price, written));
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
        ->add_option("--output", options->output,
                     "File for the network with protected activations, in standard operations, which needs no ClipScope to run: "
                     "TorchScript, or ONNX "
                     "where it ends in .onnx and the network came from ONNX")
        ->type_name("FILE");
    command
        ->add_option(
            "--plan", options->plan,
            "File of the protection: for each parameter how its words are guarded or coded, for each site its bounds (JSON); where it "
            "ends in .h, a C header with the bounds and functions of the sites")
        ->type_name("FILE");
    command->add_flag("--no-timing", options->no_timing, "Do not measure how long the protected network takes against the original");
    add_json_option(*command, options->json);
    add_work_options(*command, options->work);
    command->footer(
        "Bounds come from the tuning images. The network's file is opened again and compared before it counts as written,\n"
        "then timed against the original, in alternation on the same images (about a second).\n"
        "Example: clipscope-cli protect --protection guard+clip-channel --output protected.pt --plan plan.json");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_protect(*options, stop); }; });
}

}  // namespace clipscope::cli
