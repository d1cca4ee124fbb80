// Options that several commands share, and what they mean. Adding them parses; the functions below check and open. Everything that can be
// wrong about an option's value throws UsageError before a file is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/fault_scope.h"
#include "campaign/job_inputs.h"
#include "campaign/precise_campaign.h"
#include "data/dataset.h"
#include "data/image_file.h"
#include "data/normalization.h"
#include "evaluation/outcome.h"

namespace CLI {
class App;
}

namespace clipscope::cli {

// --normalize, --mean, --std.
struct NormalizationOptions {
    std::string preset;
    std::vector<float> mean;
    std::vector<float> std;
};
void add_normalization_options(CLI::App& command, NormalizationOptions& options);
// Nothing where none of them was given.
std::optional<Normalization> chosen_normalization(const NormalizationOptions& options);

// --format, --kind, --pattern, --bits, --parameters: the memory that holds the network.
struct MemoryModelOptions {
    std::string format = "float32";
    std::string kind = "flip";
    std::string pattern = "bit";
    std::string bits = "all";
    std::string parameters = "all";
};
void add_memory_model_options(CLI::App& command, MemoryModelOptions& options);
MemoryModel chosen_memory(const MemoryModelOptions& options);  // throws UsageError

// --model, --arch, --data, --split, --images, --seed, the normalisation and the memory: what a job works on.
struct InputOptions {
    std::string model = "bundled:lenet5";
    std::string architecture;  // of a state dictionary; empty: found by its shapes
    std::string state_key;     // of a checkpoint with several; empty: the one under a usual name
    std::string data;          // empty: Fashion-MNIST
    PictureSize picture_size;
    std::string split = "test";
    std::string images = "1000";
    std::uint64_t seed = 1;
    NormalizationOptions normalization;
    MemoryModelOptions memory;
};
// --resize, --crop, for folders of pictures.
void add_picture_options(CLI::App& command, PictureSize& size);
// Opens the folder, Fashion-MNIST where it is empty, and names on stderr the pictures that could not be read.
Dataset open_images(const std::string& data, Split split, const PictureSize& size);

// --arch, --state-key.
void add_state_options(CLI::App& command, std::string& architecture, std::string& state_key);
// Names on stderr what of a checkpoint's several sets of parameters was taken; nothing where there is one.
void tell_of_other_states(const Network& network);
// Says on stderr how many of the stored values faults in these scopes together reach, where these are not all; once for each model.
void tell_of_reach(const Network& network, const std::string& scopes);
// --layers of a command that has one curve. Throws UsageError where several are named.
FaultScope only_scope(const std::string& layers, const Network& network);
void add_input_options(CLI::App& command, InputOptions& options);
JobInputs open_job_inputs(const InputOptions& options);
// Also tells which positions of the split the images have, ascending.
JobInputs open_job_inputs(const InputOptions& options, std::vector<std::size_t>& positions);

// --device, --threads, --chunk: how a job runs.
struct WorkOptions {
    std::string device = "auto";
    int threads = 0;
    int chunk = 0;
    std::string slice{};  // of a job in a study, "3/16"; empty: all of it
};
void add_work_options(CLI::App& command, WorkOptions& options);
void check_work_options(const WorkOptions& options);
void check_threads(int threads);

// --rates, --trials: the grid of a campaign.
struct FaultOptions {
    std::string rates = "1e-7:1e-3:9";
    std::string faults{};  // --faults, where a command has it: how many, in place of rates
    int trials = 50;

    // --precision, --at-most, where a command has them. With a precision there are no trials of all images unless they are asked for.
    double precision = 0;     // 0: not asked for
    std::string at_most{};    // "10min"; empty: no limit
    bool has_trials = false;  // --trials was given
    int whole_trials() const { return precision > 0 && !has_trials ? 0 : trials; }
};
void add_fault_options(CLI::App& command, FaultOptions& options);
// --faults, after the options above; `what_for` ends its description.
void add_fault_counts_option(CLI::App& command, FaultOptions& options, const std::string& what_for);
void add_precision_options(CLI::App& command, FaultOptions& options);
// Nothing where no precision was asked for. Throws UsageError on senseless values.
std::optional<PrecisionSettings> chosen_precision(const FaultOptions& options);
// Throws UsageError where there would be no trial.
void check_trials(const FaultOptions& options);

// "90", "90s", "10min", "1.5h" in seconds. Throws UsageError.
double parse_duration(const std::string& text);

// --nonfinite wrong|argmax.
void add_nonfinite_option(CLI::App& command, NonfiniteRule& rule);

// --auc-axis linear|log.
void add_auc_axis_option(CLI::App& command, std::string& axis);

// --exact.
void add_exact_flag(CLI::App& command, bool& exact);

// --self-check SHARE.
void add_self_check_option(CLI::App& command, double& share);

// --memory SIZE, for parse_memory().
void add_memory_option(CLI::App& command, std::string& size);

// --json FILE.
void add_json_option(CLI::App& command, std::string& path);

// The folder, or Fashion-MNIST's where it is empty.
std::string data_folder(const std::string& data);

// "512M", "2G", "1.5G" or plain bytes; K, M, G, T are powers of 1024.
std::size_t parse_memory(const std::string& text);

// For CLI::Option::check() of one number: a message where a comma stands for the decimal point, or nothing.
std::string refuse_comma(const std::string& text);

// For CLI::Option::check() of unsigned numbers, where CLI11 takes -3 for a very large one: a message, or nothing for a good number.
std::string refuse_minus(const std::string& text);

// Throws UsageError "--trials must be at least 1, not 0" and the like.
void check_at_least(const std::string& option, long long value, long long least);

}  // namespace clipscope::cli
