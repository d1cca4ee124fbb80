// bench: how fast ClipScope is beside the plain loop, and how its cost grows.
#include <CLI/App.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "bench_output.h"
#include "benchmark/engine_check.h"
#include "campaign/fault_rates.h"
#include "command.h"
#include "common/error.h"
#include "common/json_text.h"
#include "common/text_list.h"
#include "common_options.h"
#include "output_files.h"
#include "progress_line.h"

namespace clipscope::cli {

namespace {

constexpr int check_trials = 4;  // of each scope at each rate

struct BenchOptions {
    InputOptions input;
    WorkOptions work;
    FaultOptions faults{.rates = "paper", .trials = 20};
    std::string workloads = "all";
    int repeats = 3;
    std::int64_t plain_trials = 112;
    bool no_exact = false;
    bool scaling = false;
    double precision = 0.01;  // of the time to an interval
    int check = 0;            // random networks
    std::string folder;       // that keeps them
    std::string memory;
    std::string json;
};

BenchmarkSpecification specification_of(const BenchOptions& options) {
    check_work_options(options.work);
    check_at_least("--trials", options.faults.trials, 1);
    check_at_least("--repeats", options.repeats, 1);
    check_at_least("--plain-trials", options.plain_trials, 0);
    BenchmarkSpecification specification;
    std::string workloads;  // those that are trials one by one
    bool has_intervals = false;
    for (const std::string& name : split_list(options.workloads, ',')) {
        has_intervals |= is_precision_workload(name);
        if (!is_precision_workload(name)) workloads += (workloads.empty() ? "" : ",") + name;
    }
    if (!workloads.empty() || !has_intervals) specification.workloads = parse_benchmark_workloads(workloads);
    specification.rates = parse_rates(options.faults.rates);
    std::erase(specification.rates, 0.0);
    if (specification.rates.empty()) throw UsageError("--rates needs a fault rate above 0");
    specification.trials = options.faults.trials;
    specification.repeats = options.repeats;
    specification.plain_trials = options.plain_trials;
    specification.exact = !options.no_exact;
    specification.seed = options.input.seed;
    specification.threads = options.work.threads;
    specification.chunk = options.work.chunk;
    specification.device = options.work.device;
    if (!options.memory.empty()) specification.memory_bytes = parse_memory(options.memory);
    return specification;
}

int run_check(const BenchOptions& options, std::stop_source& stop) {
    check_at_least("--check", options.check, 1);
    check_threads(options.work.threads);
    check_writable_file(options.json);
    check_writable_folder(options.folder);
    ProgressLine line;
    const EventSink show = [&line](const Event& event) {
        if (const auto* progress = std::get_if<Progress>(&event))
            line.show(progress->done, progress->total, progress->seconds_left, progress->activity);
        else if (const auto* message = std::get_if<Message>(&event))
            line.say(message->text);
    };
    const EngineCheckSettings settings{.networks = options.check,
                                       .seed = options.input.seed,
                                       .trials = check_trials,
                                       .threads = options.work.threads,
                                       .folder = options.folder};
    const EngineCheckResult result = run_engine_check(settings, show, stop.get_token());
    line.clear();
    if (!options.json.empty()) write_file(options.json, json_text(engine_check_json(settings, result)));
    if (options.json != "-") print(engine_check_text(settings, result));
    if (!result.failed.empty()) return exit_failed;
    return result.is_stopped ? exit_interrupted : exit_done;
}

std::vector<PrecisionMeasurement> measure_intervals(const BenchOptions& options, const JobInputs& inputs,
                                                    const BenchmarkSpecification& specification, const EventSink& show,
                                                    const std::stop_token& stop) {
    std::vector<PrecisionMeasurement> measured;
    for (const std::string& name : split_list(options.workloads, ',')) {
        if (!is_precision_workload(name) || stop.stop_requested()) continue;
        if (auto one = run_precision_benchmark(inputs, specification, name, options.precision, show, stop)) measured.push_back(*one);
    }
    return measured;
}

int run_bench(const BenchOptions& options, std::stop_source& stop) {
    if (options.check != 0) return run_check(options, stop);
    const BenchmarkSpecification specification = specification_of(options);
    check_writable_file(options.json);
    const JobInputs inputs = open_job_inputs(options.input);
    ProgressLine line;
    const EventSink show = [&line](const Event& event) {
        if (const auto* progress = std::get_if<Progress>(&event))
            line.show(progress->done, progress->total, progress->seconds_left, progress->activity);
    };
    nlohmann::ordered_json json;
    std::string table;
    bool has_results = false;
    if (options.scaling) {
        const std::vector<ScalingPoint> points = run_scaling(inputs, specification, show, stop.get_token());
        has_results = !points.empty();
        json = scaling_json(inputs, specification, points);
        table = scaling_table(inputs, specification, points);
    } else {
        BenchmarkResult result;
        const std::vector<PrecisionMeasurement> intervals = measure_intervals(options, inputs, specification, show, stop.get_token());
        if (!specification.workloads.empty() || intervals.empty())
            result = run_benchmark(inputs, specification, show, stop.get_token());
        else
            result.device = intervals.front().device;
        has_results = !result.workloads.empty() || !intervals.empty();
        json = benchmark_json(inputs, specification, result);
        for (const PrecisionMeasurement& one : intervals) json["workloads"].push_back(precision_json(one));
        if (!result.workloads.empty()) table = benchmark_table(inputs, specification, result);
        if (!intervals.empty()) table += (table.empty() ? "" : "\n") + precision_table(inputs, specification, intervals);
    }
    line.clear();
    if (has_results) {
        if (!options.json.empty()) write_file(options.json, json_text(json));
        if (options.json != "-") print(table);
    }
    if (!stop.stop_requested()) return exit_done;
    std::fputs(has_results ? "clipscope-cli: Interrupted; the workloads that were done are kept.\n"
                           : "clipscope-cli: Interrupted before the first workload was done; nothing was written.\n",
               stderr);
    return exit_interrupted;
}

}  // namespace

void add_bench_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<BenchOptions>();
    CLI::App* command = app.add_subcommand("bench", "Measure ClipScope's speed beside a plain loop of full forward passes");
    add_input_options(*command, options->input);
    command
        ->add_option(
            "--workloads", options->workloads,
            "all, or names separated by commas: sensitivity-per-layer, threshold-search, sensitivity-network; and time-to-interval, "
            "time-to-interval-per-layer, how much sooner --precision is reached than by plain trials")
        ->type_name("NAMES")
        ->capture_default_str();
    add_fault_options(*command, options->faults);
    command->add_option("--precision", options->precision, "Half-width of the intervals that time-to-interval runs for, a fraction")
        ->type_name("FRACTION")
        ->check(refuse_comma)
        ->capture_default_str();
    command->add_option("--repeats", options->repeats, "Times that ClipScope and the plain loop take turns")
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--plain-trials", options->plain_trials,
                     "How many of a workload's trials the plain loop runs in each repeat, evenly spread; 0 for all of them")
        ->type_name("N")
        ->capture_default_str();
    command->add_flag("--no-exact", options->no_exact, "Leave out the exact mode");
    command->add_flag("--scaling", options->scaling,
                      "Measure instead how the cost of a sensitivity job grows with images, trials, layers and threads");
    command
        ->add_option(
            "--check", options->check,
            "Measure nothing, but draw so many random networks from --seed on and check that the default mode, the exact one and the "
            "plain loop agree on each; exit status 1 where they do not")
        ->type_name("N");
    command
        ->add_option("--check-files", options->folder, "Keep the networks of --check, and their images where they are grey, in this folder")
        ->type_name("FOLDER");
    add_work_options(*command, options->work);
    add_memory_option(*command, options->memory);
    add_json_option(*command, options->json);
    command->footer(
        "The plain loop flips the same faults in the network's own parameters, passes all images through the whole network with the same\n"
        "LibTorch, chunks and threads, and flips them back. Rate 0 is left out, for it costs ClipScope nothing.\n"
        "Examples: clipscope-cli bench --check 100\n"
        "          clipscope-cli bench --model bundled:alexnet --threads 2 --json bench.json");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_bench(*options, stop); }; });
}

}  // namespace clipscope::cli
