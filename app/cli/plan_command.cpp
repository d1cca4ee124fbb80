// plan: what a wanted interval takes, before all of it runs.
#include <CLI/App.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "campaign/sampled_json.h"
#include "command.h"
#include "common/error.h"
#include "common/json_text.h"
#include "common/number_text.h"
#include "output_files.h"
#include "progress_line.h"
#include "sensitivity_options.h"
#include "text_table.h"
#include "tuning_options.h"

namespace clipscope::cli {
namespace {

struct PlanOptions : SensitivityOptions {
    std::string json;
};

struct Totals {
    std::int64_t trials = 0;
    std::int64_t image_evaluations = 0;
    double plain_trials = 0;
};

Totals totals_of(const PrecisionPlan& plan) {
    Totals totals;
    for (const PrecisionPlan::Point& point : plan.points) {
        totals.trials += point.trials;
        totals.image_evaluations += point.image_evaluations;
        totals.plain_trials += point.plain_trials;
    }
    return totals;
}

nlohmann::ordered_json plan_json(const JobInputs& inputs, double precision, const PrecisionPlan& plan) {
    const Totals totals = totals_of(plan);
    nlohmann::ordered_json json{{"model", inputs.model_name},
                                {"data", inputs.data_name},
                                {"images", inputs.images.size()},
                                {"precision", precision},
                                {"trials", totals.trials},
                                {"image_evaluations", totals.image_evaluations},
                                {"seconds", plan.seconds},
                                {"plain_trials", totals.plain_trials},
                                {"plain_image_evaluations", totals.plain_trials * double(inputs.images.size())},
                                {"plain_seconds", plan.plain_seconds}};
    json["points"] = nlohmann::ordered_json::array();
    for (const PrecisionPlan::Point& point : plan.points)
        json["points"].push_back({{"layer", point.curve.layer},
                                  {"rate", point.rate},
                                  {"trials", point.trials},
                                  {"image_evaluations", point.image_evaluations},
                                  {"plain_trials", point.plain_trials}});
    json["pilot"] = pilot_json(plan.pilot);
    return json;
}

std::string seconds_text(double seconds) {
    if (seconds < 90) return rounded_text(seconds, 2) + " s";
    return seconds < 5400 ? rounded_text(seconds / 60, 2) + " min" : rounded_text(seconds / 3600, 2) + " h";
}

std::string plan_text(const JobInputs& inputs, double precision, const PrecisionPlan& plan) {
    using Align = TextTable::Align;
    TextTable table({{"Layer"},
                     {"Rate", Align::right},
                     {"Trials", Align::right},
                     {"Image evaluations", Align::right},
                     {"Plain trials", Align::right},
                     {"of images", Align::right}});
    const auto images = double(inputs.images.size());
    for (const PrecisionPlan::Point& point : plan.points)
        table.add_row({point.curve.layer, number_text(point.rate), grouped_text(point.trials), grouped_text(point.image_evaluations),
                       grouped_text(std::int64_t(point.plain_trials)), grouped_text(std::int64_t(point.plain_trials * images))});
    const Totals totals = totals_of(plan);
    return "To know every mean to ± " + rounded_text(precision * 100, 3) + " points: about " + grouped_text(totals.trials) + " trials, " +
           grouped_text(totals.image_evaluations) + " image evaluations, " + seconds_text(plan.seconds) +
           ".\nPlain trials would need about " + grouped_text(std::int64_t(totals.plain_trials)) + " of " +
           grouped_text(std::int64_t(images)) + " images each, " + seconds_text(plan.plain_seconds) + ".\n\n" + table.to_string();
}

int run_plan(const PlanOptions& options, std::stop_source& stop) {
    SensitivitySpecification specification = sensitivity_specification(options);
    if (!specification.precision) throw UsageError("plan needs a --precision, as in --precision 0.01");
    specification.trials = 0;  // what whole trials take beside is known
    check_writable_file(options.json);
    const JobInputs inputs = open_job_inputs(options.input);
    specification.scopes = parse_fault_scopes(options.layers, inputs.network->memory_parts());
    ProgressLine line;
    const EventSink show = [&line](const Event& event) {
        if (const auto* progress = std::get_if<Progress>(&event)) line.show(progress->done, progress->total, -1, progress->activity);
    };
    const bool has_rates = !specification.rates.empty() ||
                           complete_sensitivity(open_tuning_inputs(options.input, {}).tuning, specification, show, stop.get_token());
    const auto plan = has_rates ? plan_sensitivity(inputs, specification, show, stop.get_token()) : std::nullopt;
    line.clear();
    if (!plan) {
        std::fputs("clipscope-cli: Interrupted before the plan was made; nothing was written.\n", stderr);
        return exit_interrupted;
    }
    const double precision = specification.precision->half_width;
    if (!options.json.empty()) write_file(options.json, json_text(plan_json(inputs, precision, *plan)));
    if (options.json != "-") print(plan_text(inputs, precision, *plan));
    return exit_done;
}

}  // namespace

void add_plan_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<PlanOptions>();
    CLI::App* command = app.add_subcommand("plan", "Tell what a wanted interval takes, and what plain trials would");
    add_sensitivity_options(*command, *options);
    add_json_option(*command, options->json);
    command->footer(
        "A pilot and the first trials of every rate run; the rest is told from them.\n"
        "Example: clipscope-cli plan --layers network --rates paper --precision 0.01");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_plan(*options, stop); }; });
}

}  // namespace clipscope::cli
