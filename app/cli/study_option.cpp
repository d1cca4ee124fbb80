#include "study_option.h"

#include <CLI/App.hpp>
#include <filesystem>

#include "architecture_choice.h"

namespace clipscope::cli {

void add_study_option(CLI::App& command, std::string& path, WorkOptions& work) {
    command
        .add_option("--study", path,
                    "Keep the results in this file, made where it is missing; what it has of this very job is not run again")
        ->type_name("FILE");
    command
        .add_option("--slice", work.slice,
                    "With --study: run only this part of the job, as in 3/16 for the third of sixteen, each into a study of its own on any "
                    "machine; 'clipscope-cli merge' joins them")
        ->type_name("I/N")
        ->needs("--study");
}

JobSettings study_job_settings(JobKind kind, const InputOptions& input, const WorkOptions& work) {
    check_work_options(work);
    JobSettings settings;
    settings.kind = kind;
    settings.model = input.model.starts_with("bundled:") ? input.model : std::filesystem::absolute(input.model).lexically_normal().string();
    if (!input.data.empty()) settings.data = std::filesystem::absolute(input.data).lexically_normal().string();
    settings.picture_size = input.picture_size;
    settings.split = input.split;
    settings.images = input.images;
    settings.normalization = chosen_normalization(input.normalization);
    settings.architecture = chosen_architecture(input);
    settings.state_key = input.state_key;
    settings.memory = chosen_memory(input.memory);
    settings.seed = input.seed;
    settings.chunk = work.chunk;
    settings.device = work.device;
    return settings;
}

void add_to(JobSettings& settings, const TuningOptions& options) {
    settings.tuning_images = options.images;
    settings.tuning_split = options.split;
}

namespace {

// What both kinds of options below have.
template <typename Options>
void add_trials_to(JobSettings& settings, const Options& options) {
    check_trials(options.faults);
    settings.rates = options.faults.rates;
    settings.faults = options.faults.faults;
    settings.trials = options.faults.whole_trials();
    settings.precision = options.faults.precision;
    settings.nonfinite = options.nonfinite;
    settings.exact = options.exact;
    settings.self_check = options.self_check;
}

}  // namespace

void add_to(JobSettings& settings, const SensitivityOptions& options) {
    add_trials_to(settings, options);
    settings.layers = options.layers;
}

void add_to(JobSettings& settings, const MeasurementOptions& options) {
    add_trials_to(settings, options);
    settings.auc_axis = auc_axis_from_string(options.auc_axis);
    settings.place = fault_place_from_string(options.place);
    settings.protection = options.protection;
}

std::optional<Study> study_to_continue(const std::string& path, const std::vector<JobSettings>& jobs) {
    std::error_code error;
    // An empty file is none yet.
    const bool is_there = std::filesystem::exists(path, error) &&
                          !(std::filesystem::is_regular_file(path, error) && std::filesystem::file_size(path, error) == 0);
    if (!is_there) return std::nullopt;
    Study study = Study::open(path);
    if (!study.is_writable()) throw Error(study.read_only_reason());
    for (const JobSettings& settings : jobs) check_model_known(study, settings);
    return study;
}

JobRunOptions job_run_options(const WorkOptions& work, const std::string& memory) {
    JobRunOptions options;
    options.threads = work.threads > 0 ? work.threads : process_team().threads;
    options.share.team = process_team().team;
    if (options.share.team && !work.slice.empty())
        throw UsageError("--slice is for machines that know nothing of each other: leave it out under mpirun");
    if (!work.slice.empty()) options.share.slices.push_back(WorkSlice::parse(work.slice));
    if (!memory.empty()) options.memory_bytes = parse_memory(memory);
    return options;
}

JobRunOptions job_run_options(const WorkOptions& work, const std::string& memory, const FaultOptions& faults) {
    JobRunOptions options = job_run_options(work, memory);
    if (const auto precision = chosen_precision(faults)) options.at_most_seconds = precision->at_most_seconds;
    return options;
}

}  // namespace clipscope::cli
