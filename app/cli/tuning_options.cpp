#include "tuning_options.h"

#include <CLI/App.hpp>
#include <algorithm>

#include "campaign/fault_rates.h"
#include "common/error.h"
#include "data/dataset_reader.h"
#include "data/image_selection.h"
#include "network/bundled_networks.h"
#include "network/network.h"

namespace clipscope::cli {

namespace {

Split split_of(const std::string& name) {
    return name == "train" ? Split::train : Split::test;
}

// The other split where the folder has it, else the same.
Split tuning_split(const InputOptions& input, const TuningOptions& options) {
    if (!options.split.empty()) return split_of(options.split);
    const Split evaluation = split_of(input.split);
    const std::vector<Split> offered = available_splits(data_folder(input.data));
    const auto other = std::find_if(offered.begin(), offered.end(), [&](Split split) { return split != evaluation; });
    return other == offered.end() ? evaluation : *other;
}

}  // namespace

void add_tuning_options(CLI::App& command, TuningOptions& options) {
    command
        .add_option("--tuning-images", options.images,
                    "Images to tune on, never among those of --images: N is a seeded sample, first:N the first N, all every one")
        ->type_name("N|first:N|all")
        ->capture_default_str();
    command.add_option("--tuning-split", options.split, "Where they come from: test or train (default: where --split does not)")
        ->check(CLI::IsMember({"test", "train"}))
        ->type_name("SPLIT");
}

OpenedInputs open_tuning_inputs(const InputOptions& input, const TuningOptions& options) {
    const ImageSelection selection = ImageSelection::parse(options.images);
    std::vector<std::size_t> evaluation_positions;
    const JobInputs evaluation = open_job_inputs(input, evaluation_positions);
    const Split split = tuning_split(input, options);
    const bool is_shared = split == split_of(input.split);
    const Dataset dataset = open_dataset(data_folder(input.data), split);
    const std::vector<std::size_t> positions =
        select_images(dataset, selection, input.seed, is_shared ? evaluation_positions : std::vector<std::size_t>());
    if (positions.empty())
        throw Error("--images takes all of " + dataset.name() +
                    ", so no image is left to tune on: ask for fewer, or choose another --tuning-split.");
    JobInputs tuning = evaluation;
    tuning.images = dataset.subset(positions);
    tuning.data_name = data_label(input.data, dataset);
    return {evaluation, tuning, split == Split::train ? TrainedOn::likely : TrainedOn::no};
}

void add_measurement_options(CLI::App& command, MeasurementOptions& options) {
    add_fault_options(command, options.faults);
    add_nonfinite_option(command, options.nonfinite);
    add_auc_axis_option(command, options.auc_axis);
    command.add_option("--scope", options.place, "Faults in the layers that feed the site, or everywhere")
        ->check(CLI::IsMember({"feeding", "everywhere"}))
        ->type_name("PLACE")
        ->capture_default_str();
    add_memory_option(command, options.memory);
    add_exact_flag(command, options.exact);
}

std::vector<double> chosen_rates(const std::string& rates) {
    return rates == "auto" ? std::vector<double>() : parse_rates(rates);
}

TuningSettings tuning_settings(const InputOptions& input, const WorkOptions& work, const MeasurementOptions& options) {
    check_work_options(work);
    check_at_least("--trials", options.faults.trials, 1);
    TuningSettings settings;
    settings.rates = chosen_rates(options.faults.rates);
    settings.trials = options.faults.trials;
    settings.seed = input.seed;
    settings.nonfinite = options.nonfinite;
    settings.auc_axis = auc_axis_from_string(options.auc_axis);
    settings.threads = work.threads;
    settings.chunk = work.chunk;
    settings.device = work.device;
    settings.exact = options.exact;
    if (!options.memory.empty()) settings.memory_bytes = parse_memory(options.memory);
    return settings;
}

}  // namespace clipscope::cli
