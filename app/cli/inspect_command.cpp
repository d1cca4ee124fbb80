// inspect: what one fault, or a few together, do to a few images, from the weight to the answer.
#include <CLI/App.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "campaign/inspection.h"
#include "command.h"
#include "common/error.h"
#include "common/number_text.h"
#include "evaluation/scoring.h"
#include "output_files.h"
#include "protection_option.h"
#include "text_table.h"
#include "tuning_options.h"

namespace clipscope::cli {

namespace {

constexpr std::size_t most_images = 1000;

struct InspectOptions {
    std::vector<std::string> faults;
    InputOptions input;
    TuningOptions tuning;
    WorkOptions work;
    std::string protection = Protection::none.id;
    std::vector<std::string> thresholds;
    std::string json;
};

std::string answer_text(const std::vector<float>& logits, const std::vector<std::string>& classes) {
    const Answer answer = answer_of(logits);
    const std::string name = std::size_t(answer.prediction) < classes.size() ? classes[std::size_t(answer.prediction)]
                                                                             : "class " + std::to_string(answer.prediction);
    return name + (answer.probability > 0 ? "  " + percent(answer.probability, 1) + " %" : "  not finite");
}

std::string bits_table(const std::vector<FaultyValue>& bits) {
    TextTable table({{"Layer"},
                     {"Parameter"},
                     {"Index"},
                     {"Bit", TextTable::Align::right},
                     {"Before", TextTable::Align::right},
                     {"After", TextTable::Align::right}});
    for (const FaultyValue& bit : bits) {
        std::string index;
        for (const std::int64_t number : bit.index) index += (index.empty() ? "" : ", ") + std::to_string(number);
        table.add_row({bit.layer, bit.parameter, index, std::to_string(bit.bit), number_text(bit.before), number_text(bit.after)});
    }
    return table.to_string();
}

std::string images_table(const std::vector<ImageEffect>& images, const std::vector<std::string>& classes) {
    TextTable table({{"Image", TextTable::Align::right}, {"Label"}, {"Without faults"}, {"With faults"}, {""}});
    for (std::size_t i = 0; i < images.size(); ++i) {
        const ImageEffect& image = images[i];
        const auto label = std::size_t(image.label);
        const bool is_other = answer_of(image.clean_logits).prediction != answer_of(image.logits).prediction;
        table.add_row({std::to_string(i + 1), label < classes.size() ? classes[label] : std::to_string(label),
                       answer_text(image.clean_logits, classes), answer_text(image.logits, classes), is_other ? "another answer" : ""});
    }
    return table.to_string();
}

std::string sites_table(const std::vector<SiteSpread>& sites, const Network& network) {
    using Align = TextTable::Align;
    TextTable table({{"Site"},
                     {"Values of an image"},
                     {"Different %", Align::right},
                     {"Channels", Align::right},
                     {"Non-finite %", Align::right},
                     {"Largest without", Align::right},
                     {"with faults", Align::right}});
    for (const SiteSpread& site : sites) {
        const auto share = [&](std::int64_t count) { return site.values > 0 ? percent(double(count) / double(site.values), 3) : "-"; };
        table.add_row({network.sites()[site.site].name, site.shape.empty() ? "-" : shape_text(site.shape), share(site.different),
                       site.shape.empty() ? "-" : std::to_string(site.channels.size()) + " of " + std::to_string(site.shape.front()),
                       share(site.nonfinite), rounded_text(site.largest_clean, 5), rounded_text(site.largest, 5)});
    }
    return table.to_string();
}

std::string inspection_text(const JobInputs& inputs, const Inspection& inspection) {
    const auto others = std::ranges::count_if(inspection.effects.images, [](const ImageEffect& image) {
        return answer_of(image.clean_logits).prediction != answer_of(image.logits).prediction;
    });
    return inputs.model_name + " on " + std::to_string(inspection.effects.images.size()) + " images of " + inputs.data_name +
           "; protected by " + to_string(inspection.protection) + "\n\n" + bits_table(inspection.bits) + "\n" +
           images_table(inspection.effects.images, inputs.images.class_names()) + "\n" +
           sites_table(inspection.effects.sites, *inputs.network) + "\n" + std::to_string(others) + " of " +
           std::to_string(inspection.effects.images.size()) + " answers are others.\n";
}

int inspect(const InspectOptions& options, const JobInputs& inputs, const Contestant& contestant) {
    if (inputs.images.size() > most_images)
        throw UsageError("inspect looks at a few images closely, at most " + std::to_string(most_images) + ": choose fewer with --images");
    TrialFaults faults = named_faults(options.faults, inputs.network->memory_parts());
    Inspection inspection{contestant.protection, faulty_values(*inputs.network, faults, 1, contestant.clipping), {}};
    faults.memory = contestant.memory;
    EffectsRunner runner(inputs.network, inputs.images, inputs.input,
                         {.device = options.work.device, .clipping = contestant.clipping, .protections = contestant.sites});
    inspection.effects = runner.run(faults, 1);
    if (!options.json.empty()) write_file(options.json, inspection_to_json(inputs, inspection));
    if (options.json != "-") print(inspection_text(inputs, inspection));
    return exit_done;
}

int run_inspect(const InspectOptions& options, std::stop_source& stop) {
    check_work_options(options.work);
    check_writable_file(options.json);
    const Protection protection = protection_from_string(options.protection);
    if (protection == Protection::none) return inspect(options, open_job_inputs(options.input), {});
    const OpenedInputs opened = open_tuning_inputs(options.input, options.tuning);
    const auto contestant = find_contestant(protection, options.thresholds, opened.tuning, options.work, stop.get_token());
    return contestant ? inspect(options, opened.evaluation, *contestant) : exit_interrupted;
}

}  // namespace

void add_inspect_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<InspectOptions>();
    options->input.images = "12";
    CLI::App* command = app.add_subcommand("inspect", "Look closely at what a fault does to a few images, from the weight to the answer");
    command
        ->add_option(
            "faults", options->faults,
            "The faulty bits, together: LAYER:PARAMETER:ELEMENT:BIT, as in CONV-1:weight:12:30 or CONV-1:weight:3,0,2,1:30; without "
            "PARAMETER the layer's first")
        ->type_name("FAULT")
        ->required();
    add_input_options(*command, options->input);
    add_tuning_options(*command, options->tuning);
    command->add_option("--protection", options->protection, "The network under this protection, as for duel: clip, guard, guard+clip, ...")
        ->type_name("NAME")
        ->capture_default_str();
    add_tuned_thresholds_option(*command, options->thresholds);
    add_work_options(*command, options->work);
    add_json_option(*command, options->json);
    command->footer(
        "Every value is that of a full pass of these images together.\n"
        "Examples: clipscope-cli inspect CONV-1:weight:12:30\n"
        "          clipscope-cli inspect FC-1:5,100:30 --protection clip --images first:20 --json inspect.json");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_inspect(*options, stop); }; });
}

}  // namespace clipscope::cli
