#include "common_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <map>
#include <set>

#include "architecture_choice.h"
#include "campaign/fault_scope.h"
#include "common/error.h"
#include "common/number_text.h"
#include "data/dataset_reader.h"
#include "data/image_selection.h"
#include "network/architectures/architecture_variants.h"
#include "network/bundled_networks.h"
#include "network/coverage.h"
#include "network/model_metadata.h"
#include "network/network.h"

namespace clipscope::cli {

void add_normalization_options(CLI::App& command, NormalizationOptions& options) {
    std::string names;
    for (const std::string& name : Normalization::preset_names()) names += (names.empty() ? "" : ", ") + name;
    command.add_option("--normalize", options.preset, "Normalisation of the pixels: " + names + " (default: what the model file says)")
        ->type_name("NAME");
    command.add_option("--mean", options.mean, "Mean of each channel, pixels on the 0...1 scale, as in 0.49,0.48,0.45")
        ->type_name("NUMBERS")
        ->delimiter(',');
    command.add_option("--std", options.std, "Standard deviation of each channel, as in 0.25,0.24,0.26")
        ->type_name("NUMBERS")
        ->delimiter(',');
}

std::optional<Normalization> chosen_normalization(const NormalizationOptions& options) {
    const bool has_numbers = !options.mean.empty() || !options.std.empty();
    if (has_numbers && !options.preset.empty()) throw UsageError("Give either --normalize or --mean and --std, not both");
    if (has_numbers) return Normalization::custom(options.mean, options.std);
    if (!options.preset.empty()) return Normalization::preset(options.preset);
    return std::nullopt;
}

namespace {

// An empty text where the name is one that is known.
std::string check_architecture(const std::string& name) {
    const std::vector<std::string> variants = architecture_variants(name);
    const auto& known = known_architectures();
    const bool is_known = std::ranges::find(known, name.substr(0, name.find('['))) != known.end();
    if (is_known && std::ranges::find(variants, name) != variants.end()) return {};
    std::string names;
    for (const std::string& other : is_known ? variants : known) names += (names.empty() ? "" : ", ") + other;
    return "there is no built-in architecture '" + name + "'; choose one of " + names;
}

}  // namespace

void add_state_options(CLI::App& command, std::string& architecture, std::string& state_key) {
    command.add_option("--arch", architecture, "Built-in architecture of a state dictionary (default: found by its shapes)")
        ->check(check_architecture)
        ->type_name("NAME");
    command
        .add_option("--state-key", state_key,
                    "Where in a checkpoint the parameters lie, as in state_dict_ema (default: under a usual name, state_dict first)")
        ->type_name("NAME");
}

void tell_of_other_states(const Network& network) {
    static std::set<std::string> told;
    const std::string others = other_states_text(network.metadata());
    if (others.empty() || !told.insert(network.path()).second) return;
    std::fprintf(stderr, "clipscope-cli: '%s': %s (--state-key).\n", network.path().c_str(), others.c_str());
}

void tell_of_reach(const Network& network, const std::string& scopes) {
    static std::set<std::string> told;
    std::vector<std::size_t> parts;
    for (const FaultScope& scope : parse_fault_scopes(scopes, network.memory_parts(), OutputScopes::allowed))
        parts.insert(parts.end(), scope.layers.begin(), scope.layers.end());
    if (parts.empty()) return;  // computed values alone
    std::string text = reach_text(network.coverage(), network.memory_parts(), parts);
    if (text.empty() || !told.insert(network.path()).second) return;
    text.front() = 'F';
    std::fprintf(stderr, "clipscope-cli: %s.\n", text.c_str());
}

void add_picture_options(CLI::App& command, PictureSize& size) {
    const std::string otherwise = " (default: none; 256 and 224 where the pictures' sizes differ)";
    constexpr int longest = 4096;
    command.add_option("--resize", size.resize, "Pictures: make the shorter side so many pixels" + otherwise)
        ->type_name("N")
        ->check(CLI::Range(1, longest).description(""));
    command.add_option("--crop", size.crop, "Pictures: take the square of so many pixels in the middle" + otherwise)
        ->type_name("N")
        ->check(CLI::Range(1, longest).description(""));
}

Dataset open_images(const std::string& data, Split split, const PictureSize& size) {
    Dataset images = open_dataset(data_folder(data), split, size);
    const std::vector<std::string>& skipped = images.skipped_files();
    constexpr std::size_t most_named = 5;
    std::string names;
    for (std::size_t i = 0; i < std::min(skipped.size(), most_named); ++i) names += (i == 0 ? "'" : ", '") + skipped[i] + "'";
    if (skipped.size() > most_named) names += ", …";
    if (!skipped.empty())
        std::fprintf(stderr, "clipscope-cli: Left out, because unreadable (%zu of %zu pictures): %s.\n", skipped.size(),
                     skipped.size() + images.size(), names.c_str());
    return images;
}

FaultScope only_scope(const std::string& layers, const Network& network) {
    const std::vector<FaultScope> scopes = parse_fault_scopes(layers, network.memory_parts());
    if (scopes.size() != 1) throw UsageError("--layers names several curves: join layers by a plus, as in CONV-1+FC-1");
    return scopes.front();
}

void add_input_options(CLI::App& command, InputOptions& options) {
    command.add_option("--model", options.model, "TorchScript file, state dictionary or checkpoint of torch.save, or bundled:NAME")
        ->type_name("FILE")
        ->capture_default_str();
    add_state_options(command, options.architecture, options.state_key);
    command
        .add_option(
            "--data", options.data,
            "Folder with CIFAR or IDX files or a folder of images for each class, or a NumPy archive (default: Debian's Fashion-MNIST)")
        ->type_name("FOLDER");
    add_picture_options(command, options.picture_size);
    command.add_option("--split", options.split, "Images to use: test or train")
        ->check(CLI::IsMember({"test", "train"}))
        ->capture_default_str();
    command
        .add_option("--images", options.images,
                    "How many: N is a seeded sample with the classes in proportion, first:N the first N, all every one")
        ->type_name("N|first:N|all")
        ->capture_default_str();
    command.add_option("--seed", options.seed, "Decides the sample of images and every fault")
        ->check(refuse_minus)
        ->type_name("N")
        ->capture_default_str();
    add_normalization_options(command, options.normalization);
    add_memory_model_options(command, options.memory);
}

void add_memory_model_options(CLI::App& command, MemoryModelOptions& options) {
    command
        .add_option("--format", options.format,
                    "How weights and biases are stored: " + number_format_choices(true) + "; batch norms and thresholds stay float32")
        ->type_name("FORMAT")
        ->capture_default_str();
    command.add_option("--kind", options.kind, "Faults: flip, stuck0 or stuck1")->type_name("KIND")->capture_default_str();
    command
        .add_option(
            "--pattern", options.pattern,
            "What fails together: " + fault_pattern_choices() + "; a rate is then the probability of each place where one can begin")
        ->type_name("PATTERN")
        ->capture_default_str();
    command
        .add_option(
            "--bits", options.bits,
            "Bits that may be faulty: all, sign, exponent, mantissa, integer, fraction, or positions from 0, the lowest, as in 0,30,31")
        ->type_name("BITS")
        ->capture_default_str();
    command
        .add_option("--parameters", options.parameters,
                    "Parameters of convolutions and linear layers that may be faulty: all, weights or biases; batch norms and "
                    "thresholds are scopes of their own (--layers)")
        ->type_name("WHICH")
        ->capture_default_str();
}

MemoryModel chosen_memory(const MemoryModelOptions& options) {
    return {NumberFormat::parse(options.format), fault_kind_from_string(options.kind), BitSelection::parse(options.bits),
            parameter_selection_from_string(options.parameters), FaultPattern::parse(options.pattern)};
}

JobInputs open_job_inputs(const InputOptions& options) {
    std::vector<std::size_t> positions;
    return open_job_inputs(options, positions);
}

JobInputs open_job_inputs(const InputOptions& options, std::vector<std::size_t>& positions) {
    const ImageSelection selection = ImageSelection::parse(options.images);
    const std::optional<Normalization> normalization = chosen_normalization(options.normalization);
    const MemoryModel memory = chosen_memory(options.memory);
    const std::string model_path = resolve_model_path(options.model);
    const Dataset dataset = open_images(options.data, split_from_string(options.split), options.picture_size);
    positions = select_images(dataset, selection, options.seed);
    const Dataset images = dataset.subset(positions);
    const auto network = Network::load(model_path, chosen_architecture(options), options.state_key)->stored_in(memory);
    tell_of_other_states(*network);
    const InputFormat input = resolve_input_format(*network, images, normalization);
    if (const std::string change = channel_change_text(images, input); !change.empty())
        std::fprintf(stderr, "clipscope-cli: Of %s %s.\n", images.name().c_str(), change.c_str());
    return JobInputs{network, images, input, model_label(options.model), data_label(options.data, dataset)};
}

void add_work_options(CLI::App& command, WorkOptions& options) {
    command.add_option("--device", options.device, "auto, cpu or cuda:0")->type_name("DEVICE")->capture_default_str();
    command.add_option("--threads", options.threads, "Workers; 0 takes all cores; results do not depend on it")
        ->type_name("N")
        ->capture_default_str();
    command.add_option("--chunk", options.chunk, "Images a pass; 0 takes what suits the network and the size of its images, up to 100")
        ->type_name("N")
        ->capture_default_str();
}

void check_work_options(const WorkOptions& options) {
    const std::string cuda = "cuda:";
    const bool is_cuda = options.device.starts_with(cuda) && options.device.size() > cuda.size() &&
                         options.device.find_first_not_of("0123456789", cuda.size()) == std::string::npos;
    if (options.device != "auto" && options.device != "cpu" && !is_cuda) {
        throw UsageError("--device takes auto, cpu or cuda:0, not '" + options.device + "'");
    }
    check_threads(options.threads);
    check_at_least("--chunk", options.chunk, 0);
}

void check_threads(int threads) {
    constexpr int most_threads = 4096;
    if (threads < 0 || threads > most_threads) {
        throw UsageError("--threads takes 0 (all cores) to " + std::to_string(most_threads) + ", not " + std::to_string(threads));
    }
}

void add_fault_options(CLI::App& command, FaultOptions& options) {
    command
        .add_option("--rates", options.rates,
                    "Fault rates per bit: paper, auto, a list as 1e-8,5e-8 or LOWEST:HIGHEST:COUNT log-spaced; 0 is the clean point")
        ->type_name("RATES")
        ->capture_default_str();
    command
        .add_option_function<int>(
            "--trials",
            [&options](int trials) {
                options.trials = trials;
                options.has_trials = true;
            },
            "Trials of all images at every rate")
        ->type_name("N")
        ->default_str(std::to_string(options.trials));
}

void add_fault_counts_option(CLI::App& command, FaultOptions& options, const std::string& what_for) {
    command
        .add_option(
            "--faults", options.faults,
            "In place of --rates: so many faults in every trial exactly, as in 1 or 1,2,4,8, at places drawn uniformly; " + what_for)
        ->type_name("N,...")
        ->check([](const std::string& text) { return text.empty() ? std::string("needs a number, as in 1,2,4,8") : std::string(); }, "")
        ->excludes("--rates");
}

void add_precision_options(CLI::App& command, FaultOptions& options) {
    command
        .add_option(
            "--precision", options.precision,
            "Run until every mean is known this well: half the width of its 95 % interval, 0.01 for 1 point to either side; of compared "
            "networks, of their difference. Instead of --trials, or beside them")
        ->type_name("FRACTION")
        ->check(refuse_comma);
    command
        .add_option("--at-most", options.at_most, "End a --precision after this time, as in 90s, 10min, 2h; what was reached then is said")
        ->type_name("TIME");
}

double parse_duration(const std::string& text) {
    const std::size_t digits = text.find_first_not_of("0123456789.");
    const std::string unit = digits == std::string::npos ? "s" : text.substr(digits);
    const std::optional<double> number = parse_number(text.substr(0, digits));
    const double seconds = unit == "s" ? 1 : unit == "min" || unit == "m" ? 60 : unit == "h" ? 3600 : 0;
    if (!number || seconds == 0 || !(*number > 0)) throw UsageError("--at-most takes a time as in 90s, 10min or 2h, not '" + text + "'");
    return *number * seconds;
}

std::optional<PrecisionSettings> chosen_precision(const FaultOptions& options) {
    if (options.precision == 0) {
        if (!options.at_most.empty()) throw UsageError("--at-most ends a --precision: name one, as in --precision 0.01");
        return std::nullopt;
    }
    PrecisionSettings settings{.half_width = options.precision};
    if (!options.at_most.empty()) settings.at_most_seconds = parse_duration(options.at_most);
    check_precision(settings);
    return settings;
}

void check_trials(const FaultOptions& options) {
    chosen_precision(options);
    check_at_least("--trials", options.trials, options.precision > 0 ? 0 : 1);
}

void add_nonfinite_option(CLI::App& command, NonfiniteRule& rule) {
    const std::map<std::string, NonfiniteRule> rules = {{"wrong", NonfiniteRule::wrong}, {"argmax", NonfiniteRule::argmax}};
    command
        .add_option("--nonfinite", rule, "How an image with a NaN or infinite logit counts: wrong, or argmax as PyTorch scripts have it")
        ->transform(CLI::CheckedTransformer(rules).description(""))
        ->option_text("wrong|argmax (default wrong)");
}

void add_auc_axis_option(CLI::App& command, std::string& axis) {
    command.add_option("--auc-axis", axis, "Axis of the fault rates under the AUC: linear (the paper's) or log")
        ->check(CLI::IsMember({"linear", "log"}))
        ->type_name("AXIS")
        ->capture_default_str();
}

void add_exact_flag(CLI::App& command, bool& exact) {
    command.add_flag("--exact", exact,
                     "Bit for bit what full passes give; slower (otherwise images whose best two logits nearly tie may differ)");
}

void add_self_check_option(CLI::App& command, double& share) {
    command
        .add_option(
            "--self-check", share,
            "Share of the trials that run in the exact mode as well, on some 200 of the images, at least three of each curve; a difference that "
            "is no near-tie ends the job; 0 for none")
        ->check([](const std::string& text) {
            const std::optional<double> share = parse_number(text);
            return share && *share >= 0 && *share <= 1 ? std::string() : "'" + text + "' is no share from 0 to 1";
        })
        ->type_name("SHARE")
        ->capture_default_str();
}

void add_memory_option(CLI::App& command, std::string& size) {
    command.add_option("--memory", size, "For kept activations, as in 512M or 2G (default: a quarter of the free memory)")
        ->type_name("SIZE");
}

void add_json_option(CLI::App& command, std::string& path) {
    command.add_option("--json", path, "Write JSON to this file; - prints it instead of the table")->type_name("FILE");
}

std::string data_folder(const std::string& data) {
    return data.empty() ? fashion_mnist_folder() : data;
}

std::size_t parse_memory(const std::string& text) {
    double number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    std::string unit(rest, end);
    if (unit.ends_with("B") || unit.ends_with("b")) unit.pop_back();
    if (unit.ends_with("i")) unit.pop_back();
    const std::size_t power = unit.empty() ? 0 : std::string("_KMGTkmgt").find(unit);
    const bool is_unit = unit.size() <= 1 && power != std::string::npos && unit != "_";
    const double bytes = is_unit ? std::ldexp(number, static_cast<int>(10 * (power > 4 ? power - 4 : power))) : 0;
    if (error != std::errc() || !is_unit || !(bytes >= 1) || bytes >= double(std::numeric_limits<std::int64_t>::max())) {
        const std::string advice = text.find(',') == std::string::npos ? "" : std::string(": ") + decimal_point_advice;
        throw UsageError("--memory takes a size such as 512M or 2G, not '" + text + "'" + advice);
    }
    return static_cast<std::size_t>(bytes);
}

std::string refuse_comma(const std::string& text) {
    return has_decimal_comma(text) ? "'" + text + "' is no number here: " + decimal_point_advice : std::string();
}

std::string refuse_minus(const std::string& text) {
    return text.starts_with('-') ? "'" + text + "' is not a whole number from 0" : std::string();
}

void check_at_least(const std::string& option, long long value, long long least) {
    if (value < least) throw UsageError(option + " must be at least " + std::to_string(least) + ", not " + std::to_string(value));
}

}  // namespace clipscope::cli
