#include "tuning_options.h"

#include <CLI/CLI.hpp>

#include "campaign/fault_rates.h"
#include "campaign/tuning_images.h"
#include "common/error.h"
#include "common/text_file.h"
#include "common/text_list.h"
#include "data/image_selection.h"
#include "network/bundled_networks.h"
#include "network/network.h"
#include "protection/activation/activation_kinds.h"

namespace clipscope::cli {

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
    TuningImages wanted;
    wanted.folder = data_folder(input.data);
    wanted.picture_size = input.picture_size;
    if (!options.split.empty()) wanted.split = split_from_string(options.split);
    wanted.selection = ImageSelection::parse(options.images);
    wanted.seed = input.seed;
    wanted.evaluation_split = split_from_string(input.split);
    const JobInputs evaluation = open_job_inputs(input, wanted.evaluation_positions);
    TuningInputs tuning = open_tuning_images(evaluation, wanted);
    tuning.inputs.data_name = data_label(input.data, tuning.inputs.images);
    return {evaluation, tuning.inputs, tuning.trained_on};
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
    add_self_check_option(command, options.self_check);
}

void add_auc_precision_options(CLI::App& command, FaultOptions& options) {
    add_precision_options(command, options);
    command.get_option("--precision")
        ->description(
            "Run at every threshold until the AUC is known this well instead of --trials: half the width of its 95 % interval, 0.01 for a "
            "hundredth to either side. Trials run on few images, most of them at the rates that count most")
        ->excludes("--trials");
}

void add_bound_option(CLI::App& command, MeasurementOptions& options) {
    std::vector<std::string> kinds;
    for (const ActivationKind& kind : activation_kinds())
        if (has_searchable_bound(kind)) kinds.emplace_back(kind.id);
    command.add_option("--protection", options.protection, "What the sites are protected by, at the threshold: " + joined(kinds))
        ->check(CLI::IsMember(kinds))
        ->type_name("NAME")
        ->capture_default_str();
}

void add_tuned_thresholds_option(CLI::App& command, std::vector<std::string>& files) {
    command
        .add_option("--thresholds", files,
                    "JSON files of tuned thresholds, for -tuned (clip-tuned, range-tuned): those found for another protection than "
                    "clipping serve it alone")
        ->type_name("FILE");
}

ThresholdsFile read_thresholds(const std::vector<std::string>& files) {
    std::vector<ThresholdsFile> all;
    for (const std::string& file : files) all.push_back(thresholds_from_json(read_text_file(file), file));
    return joined(all);
}

std::vector<double> chosen_rates(const std::string& rates) {
    return rates == "auto" ? std::vector<double>() : parse_rates(rates);
}

TuningSettings tuning_settings(const InputOptions& input, const WorkOptions& work, const MeasurementOptions& options) {
    check_work_options(work);
    check_trials(options.faults);
    TuningSettings settings;
    settings.rates = chosen_rates(options.faults.rates);
    settings.trials = options.faults.trials;
    if (const auto precision = chosen_precision(options.faults)) {
        settings.precision = precision->half_width;
        settings.at_most_seconds = precision->at_most_seconds;
    }
    settings.seed = input.seed;
    settings.nonfinite = options.nonfinite;
    settings.protection = options.protection;
    settings.auc_axis = auc_axis_from_string(options.auc_axis);
    settings.threads = work.threads;
    settings.chunk = work.chunk;
    settings.device = work.device;
    settings.exact = options.exact;
    settings.self_check.share = options.self_check;
    if (!options.memory.empty()) settings.memory_bytes = parse_memory(options.memory);
    return settings;
}

}  // namespace clipscope::cli
