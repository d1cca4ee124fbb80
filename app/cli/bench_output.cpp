#include "bench_output.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "campaign/fault_rates.h"
#include "common/number_text.h"
#include "statistics/summary.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

std::string milliseconds(double seconds) {
    return fixed_text(seconds * 1e3, 2);
}
std::string mebibytes(std::size_t bytes) {
    return fixed_text(double(bytes) / (1 << 20), 1);
}

std::string millions(double number) {
    return fixed_text(number * 1e-6, 1);
}

std::string counted(std::int64_t number, const std::string& one) {
    return grouped_text(number) + " " + one + (number == 1 ? "" : "s");
}

Json conditions_json(const JobInputs& inputs, const BenchmarkSpecification& specification) {
    return {{"model", inputs.model_name},       {"data", inputs.data_name},
            {"images", inputs.images.size()},   {"seed", specification.seed},
            {"rates", specification.rates},     {"trials", specification.trials},
            {"repeats", specification.repeats}, {"threads", resolve_threads(specification.threads)},
            {"chunk", specification.chunk}};
}

std::string conditions_text(const JobInputs& inputs, const BenchmarkSpecification& specification) {
    return inputs.model_name + " on " + inputs.data_name + ", " + counted(std::int64_t(inputs.images.size()), "image") + ", rates " +
           to_text(specification.rates) + ", " + counted(specification.trials, "trial") + ", " +
           counted(resolve_threads(specification.threads), "thread") + ", medians of " + counted(specification.repeats, "repeat") + "\n";
}

Json engine_json(const EngineMeasurement& engine) {
    return {{"ratio", engine.median_ratio()},
            {"ratios", engine.ratios},
            {"seconds_per_trial", engine.cost.median_seconds_per_trial()},
            {"multiplications_per_trial", engine.cost.multiplications_per_trial},
            {"trials", engine.cost.trials},
            {"full_passes", engine.full_passes},
            {"peak_bytes", engine.cost.peak_bytes},
            {"kept_bytes", engine.kept_bytes},
            {"trials_compared", engine.trials_compared},
            {"trials_that_differ", engine.trials_that_differ},
            {"images_that_differ", engine.images_that_differ}};
}

void add_engine_row(TextTable& table, const std::string& title, const EngineMeasurement& engine) {
    const auto [least, most] = std::minmax_element(engine.ratios.begin(), engine.ratios.end());
    table.add_row({title, grouped_text(engine.cost.trials), milliseconds(engine.cost.median_seconds_per_trial()),
                   millions(engine.cost.multiplications_per_trial), fixed_text(engine.median_ratio(), 2),
                   fixed_text(*least, 2) + " to " + fixed_text(*most, 2), mebibytes(engine.cost.peak_bytes), mebibytes(engine.kept_bytes),
                   grouped_text(engine.trials_compared), grouped_text(engine.trials_that_differ), grouped_text(engine.images_that_differ)});
}

// What the plain loop's trials were spread over.
std::string spread_text(BenchmarkWorkload workload) {
    switch (workload) {
        case BenchmarkWorkload::sensitivity_per_layer:
            return "layers, rates and trials";
        case BenchmarkWorkload::threshold_search:
            return "thresholds, rates and trials";
        case BenchmarkWorkload::sensitivity_network:
            break;
    }
    return "rates and trials";
}

// What the ratio of a search counts.
std::string passes_note(const WorkloadMeasurement& workload) {
    if (workload.engine.full_passes == workload.engine.cost.trials) return {};
    return to_string(workload.workload) + ": " + counted(workload.evaluations, "threshold") + " evaluated in " +
           counted(workload.engine.cost.trials, "trial") + "; ratios are to full passes for every boundary of every grid, " +
           grouped_text(workload.engine.full_passes) + ".\n";
}

std::string plain_note(const WorkloadMeasurement& workload) {
    const std::string name = to_string(workload.workload);
    if (workload.plain_stride == 1) return name + ": the plain loop ran every trial.\n";
    return name + ": the plain loop ran one in " + grouped_text(workload.plain_stride) + " trials, " + grouped_text(workload.plain.trials) +
           " a repeat, spread over all " + spread_text(workload.workload) +
           "; each passes all images through the whole network, whatever its faults.\n";
}

}  // namespace

Json benchmark_json(const JobInputs& inputs, const BenchmarkSpecification& specification, const BenchmarkResult& result) {
    Json json = conditions_json(inputs, specification);
    json["device"] = result.device;
    json["peak_is_per_run"] = result.is_peak_per_run;
    json["workloads"] = Json::array();
    for (const WorkloadMeasurement& workload : result.workloads) {
        Json one = {{"name", to_string(workload.workload)}};
        one.update(engine_json(workload.engine));
        one["evaluations"] = workload.evaluations;
        one["plain"] = {{"seconds_per_trial", workload.plain.median_seconds_per_trial()},
                        {"multiplications_per_trial", workload.plain.multiplications_per_trial},
                        {"trials", workload.plain.trials},
                        {"one_in", workload.plain_stride},
                        {"peak_bytes", workload.plain.peak_bytes}};
        one["exact"] = workload.exact ? engine_json(*workload.exact) : Json();
        json["workloads"].push_back(std::move(one));
    }
    return json;
}

Json precision_json(const PrecisionMeasurement& measurement) {
    Json json{{"name", measurement.workload},
              {"ratio", measurement.median_ratio_to_trials()},
              {"ratio_to_plain_loop", measurement.median_ratio_to_loop()},
              {"half_width", measurement.half_width},
              {"trials", measurement.trials},
              {"image_evaluations", measurement.image_evaluations},
              {"plain_trials", measurement.plain_trials}};
    json["repeats"] = Json::array();
    for (const PrecisionRepeat& repeat : measurement.repeats)
        json["repeats"].push_back({{"seconds", repeat.seconds},
                                   {"plain_trials_seconds", repeat.plain_trials_seconds},
                                   {"plain_loop_seconds", repeat.plain_loop_seconds}});
    return json;
}

std::string precision_table(const JobInputs& inputs, const BenchmarkSpecification& specification,
                            const std::vector<PrecisionMeasurement>& measurements) {
    TextTable table({{"Workload"},
                     {"± points", Align::right},
                     {"Trials", Align::right},
                     {"Image evaluations", Align::right},
                     {"Plain trials", Align::right},
                     {"Seconds", Align::right},
                     {"Plain trials take", Align::right},
                     {"Ratio", Align::right},
                     {"Plain loop takes", Align::right},
                     {"Ratio", Align::right}});
    for (const PrecisionMeasurement& one : measurements) {
        const auto median_of = [&](double PrecisionRepeat::*member) {
            std::vector<double> values;
            for (const PrecisionRepeat& repeat : one.repeats) values.push_back(repeat.*member);
            return median(values);
        };
        table.add_row({one.workload, rounded_text(one.half_width * 100, 3), grouped_text(one.trials), grouped_text(one.image_evaluations),
                       grouped_text(std::int64_t(one.plain_trials)), fixed_text(median_of(&PrecisionRepeat::seconds), 2),
                       fixed_text(median_of(&PrecisionRepeat::plain_trials_seconds), 1), fixed_text(one.median_ratio_to_trials(), 1),
                       fixed_text(median_of(&PrecisionRepeat::plain_loop_seconds), 1), fixed_text(one.median_ratio_to_loop(), 1)});
    }
    return conditions_text(inputs, specification) + "\n" + table.to_string() +
           "\nWhat plain trials take is extrapolated: their number from the variance that was found, the time of each as measured at every "
           "rate; the plain loop's from full passes.\n";
}

Json scaling_json(const JobInputs& inputs, const BenchmarkSpecification& specification, const std::vector<ScalingPoint>& points) {
    Json json = conditions_json(inputs, specification);
    json["scaling"] = Json::array();
    const ScalingPoint* first = nullptr;
    for (const ScalingPoint& point : points) {
        if (!first || first->factor != point.factor) first = &point;
        json["scaling"].push_back({{"factor", point.factor},
                                   {"value", point.value},
                                   {"seconds", point.seconds},
                                   {"relative_value", double(point.value) / first->value},
                                   {"relative_seconds", point.seconds / first->seconds}});
    }
    return json;
}

Json engine_check_json(const EngineCheckSettings& settings, const EngineCheckResult& result) {
    Json json = {{"seed", settings.seed},   {"networks", result.networks},   {"trials", result.trials},
                 {"images", result.images}, {"near_ties", result.near_ties}, {"failed", Json::array()}};
    for (const CheckedNetwork& network : result.failed)
        json["failed"].push_back({{"seed", network.form.seed},
                                  {"network", network.summary},
                                  {"trials_that_differ", network.trials_that_differ},
                                  {"fewest_blocks", network.fewest_blocks},
                                  {"differences", network.differences}});
    return json;
}

std::string engine_check_text(const EngineCheckSettings& settings, const EngineCheckResult& result) {
    std::string text = counted(result.networks, "random network") + " from seed " + std::to_string(settings.seed) + " on, " +
                       counted(result.trials, "trial") + ", " + counted(result.images, "image") + " compared, " +
                       counted(result.near_ties, "near-tie") + ".\n";
    for (const CheckedNetwork& network : result.failed) {
        text += "\nNetwork " + std::to_string(network.form.seed) + " (" + network.summary + ") differs in " +
                counted(network.trials_that_differ, "comparison") + ", cut down to " + counted(network.fewest_blocks, "block") + ":\n";
        for (const std::string& difference : network.differences) text += "  " + difference + "\n";
    }
    if (result.failed.empty()) return text + "The default mode, the exact mode and the plain loop agree.\n";
    return text + "\n" + counted(std::int64_t(result.failed.size()), "network") +
           " gave results that differ: this is a defect, please report it with the seeds above, and use --exact meanwhile.\n";
}

std::string benchmark_table(const JobInputs& inputs, const BenchmarkSpecification& specification, const BenchmarkResult& result) {
    TextTable table({{"Workload"},
                     {"Trials", Align::right},
                     {"ms/trial", Align::right},
                     {"10⁶ mult./trial", Align::right},
                     {"Ratio", Align::right},
                     {"of repeats", Align::right},
                     {"Peak MiB", Align::right},
                     {"Kept MiB", Align::right},
                     {"Compared", Align::right},
                     {"Trials differ", Align::right},
                     {"Images differ", Align::right}});
    std::string notes;
    for (const WorkloadMeasurement& workload : result.workloads) {
        add_engine_row(table, to_string(workload.workload), workload.engine);
        if (workload.exact) add_engine_row(table, "  exact", *workload.exact);
        table.add_row({"  plain loop", grouped_text(workload.plain.trials), milliseconds(workload.plain.median_seconds_per_trial()),
                       millions(workload.plain.multiplications_per_trial), fixed_text(1, 2), "", mebibytes(workload.plain.peak_bytes)});
        notes += passes_note(workload) + plain_note(workload);
    }
    if (!result.is_peak_per_run) notes += "Peaks are those of the whole process: this system does not let them begin anew for each run.\n";
    return conditions_text(inputs, specification) + "\n" + table.to_string() + "\n" + notes;
}

std::string scaling_table(const JobInputs& inputs, const BenchmarkSpecification& specification, const std::vector<ScalingPoint>& points) {
    TextTable table(
        {{"Varied"}, {"Value", Align::right}, {"Seconds", Align::right}, {"Times as many", Align::right}, {"Times as long", Align::right}});
    const ScalingPoint* first = nullptr;
    for (const ScalingPoint& point : points) {
        if (!first || first->factor != point.factor) first = &point;
        table.add_row({point.factor, grouped_text(point.value), fixed_text(point.seconds, 3),
                       fixed_text(double(point.value) / first->value, 2), fixed_text(point.seconds / first->seconds, 2)});
    }
    return "Sensitivity, layer by layer: " + conditions_text(inputs, specification) + "\n" + table.to_string();
}

}  // namespace clipscope::cli
