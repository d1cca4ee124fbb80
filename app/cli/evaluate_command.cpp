// evaluate: the accuracy of a network without faults.
#include <CLI/App.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "campaign/sensitivity.h"
#include "command.h"
#include "common/json_text.h"
#include "common/number_text.h"
#include "common_options.h"
#include "input_warning.h"
#include "output_files.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

struct EvaluateOptions {
    InputOptions input;
    WorkOptions work;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    std::string json;
};

double fraction(std::int32_t count, const Outcome& outcome) {
    return outcome.images == 0 ? 0 : double(count) / outcome.images;
}

nlohmann::ordered_json outcome_json(const JobInputs& inputs, const EvaluateOptions& options, const Outcome& outcome) {
    const bool by_argmax = options.nonfinite == NonfiniteRule::argmax;
    const std::int32_t correct = by_argmax ? outcome.correct_argmax : outcome.correct;
    nlohmann::ordered_json json = {{"model", inputs.model_name},
                                   {"data", inputs.data_name},
                                   {"images", outcome.images},
                                   {"seed", options.input.seed},
                                   {"nonfinite", by_argmax ? "argmax" : "wrong"},
                                   {"clean_accuracy", fraction(correct, outcome)},
                                   {"correct", correct},
                                   {"top5_accuracy", nullptr},
                                   {"due", fraction(outcome.due, outcome)}};
    if (inputs.images.class_names().size() >= 5) {
        json["top5_accuracy"] = fraction(by_argmax ? outcome.top5_argmax : outcome.top5, outcome);
    }
    return json;
}

std::string outcome_text(const nlohmann::ordered_json& json) {
    using Align = TextTable::Align;
    TextTable table({{"Model"},
                     {"Data"},
                     {"Images", Align::right},
                     {"Top-1 %", Align::right},
                     {"Top-5 %", Align::right},
                     {"Non-finite %", Align::right}});
    const auto& top5 = json["top5_accuracy"];
    table.add_row({json["model"], json["data"], grouped_text(json["images"]), percent(json["clean_accuracy"]),
                   top5.is_null() ? "-" : percent(top5), percent(json["due"])});
    return table.to_string();
}

int run_evaluate(const EvaluateOptions& options, std::stop_source& stop) {
    check_work_options(options.work);
    check_writable_file(options.json);
    const JobInputs inputs = open_job_inputs(options.input);
    warn_of_doubtful_input(inputs, options.work, stop.get_token());
    const Outcome outcome = run_clean(inputs, options.work.threads, options.work.chunk, options.work.device, stop.get_token());
    if (stop.stop_requested() && outcome.images < std::int64_t(inputs.images.size())) {
        std::fputs("clipscope-cli: Interrupted before every image was seen; nothing was written.\n", stderr);
        return exit_interrupted;
    }
    const nlohmann::ordered_json json = outcome_json(inputs, options, outcome);
    if (!options.json.empty()) write_file(options.json, json_text(json));
    if (options.json != "-") print(outcome_text(json));
    return exit_done;
}

}  // namespace

void add_evaluate_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<EvaluateOptions>();
    CLI::App* command = app.add_subcommand("evaluate", "Measure a network's accuracy without faults");
    add_input_options(*command, options->input);
    add_nonfinite_option(*command, options->nonfinite);
    add_work_options(*command, options->work);
    add_json_option(*command, options->json);
    command->footer("Example: clipscope-cli evaluate --model net.pt --data cifar-10-batches-bin --normalize cifar10 --images all");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_evaluate(*options, stop); }; });
}

}  // namespace clipscope::cli
