#include "engine.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "campaign/inspector.h"
#include "campaign/sensitivity.h"
#include "campaign/sweep.h"
#include "campaign/tuned_network.h"
#include "common/error.h"
#include "common/text_file.h"
#include "data/dataset_reader.h"
#include "network/bundled_networks.h"
#include "study/job_run.h"

namespace clipscope {
namespace {

std::string title_of(const std::string& name, const Network& network) {
    constexpr std::string_view prefix = "bundled:";
    if (name.starts_with(prefix)) {
        for (const BundledNetwork& bundled : bundled_networks()) {
            if (bundled.name == name.substr(prefix.size())) return bundled.title;
        }
    }
    return network.name();
}

OpenedModel open_model(const std::string& name, const std::string& architecture) {
    OpenedModel model;
    model.name = name;
    model.architecture = architecture;
    model.network = Network::load(resolve_model_path(name), architecture);
    model.title = title_of(name, *model.network);
    model.layers = model.network->layers();
    model.memory_parts = model.network->memory_parts();
    model.sites = model.network->sites();
    model.parameter_count = model.network->parameter_count();
    model.fault_bits = model.network->fault_bits();
    model.metadata = model.network->metadata();
    return model;
}

// The bundled networks' data come from a Debian package; its absence deserves better advice than "no such folder".
OpenedData open_data(const std::string& folder, std::optional<Split> split, const PictureSize& size) {
    if (folder == fashion_mnist_folder() && !std::filesystem::exists(folder)) {
        throw Error(
            "Fashion-MNIST is not installed in " + folder +
            ": install the Debian package dataset-fashion-mnist (sudo apt install dataset-fashion-mnist), or open another data folder.");
    }
    const std::vector<Split> splits = available_splits(folder);
    const Split chosen = split.value_or(std::ranges::count(splits, Split::test) > 0 ? Split::test : Split::train);
    return {open_dataset(folder, chosen, size), chosen, splits, holds_pictures(folder)};
}

std::vector<Answer> answers(const OpenedModel& model, const Dataset& images, const InputFormat& input, std::stop_token stop) {
    return clean_answers(model.network, images, input, resolve_threads(0), "cpu", std::move(stop));
}

InputFormat input_format(const OpenedModel& model, const Dataset& images, const std::optional<Normalization>& asked) {
    return resolve_input_format(*model.network, images, asked);
}

std::vector<VariantTrial> try_model_variants(const OpenedModel& model, const std::string& folder, Split split, const PictureSize& size,
                                             const std::optional<Normalization>& asked, std::stop_token stop) {
    const std::vector<std::string> variants = possible_variants(*model.network);
    if (variants.empty()) return {};
    return try_variants(*model.network, variants, variant_images(folder, split, size), asked, 0, std::move(stop));
}

std::optional<ProtectFirst> protect_first(const JobInputs& asked, const MemoryModel& memory, const ProtectFirstSettings& settings,
                                          const ProtectFirstProgress& progress, std::stop_token stop) {
    JobInputs inputs = asked;
    inputs.network = inputs.network->stored_in(memory);
    const std::vector<FaultScope> scopes = parse_fault_scopes("network", inputs.network->memory_parts());
    return find_protect_first(inputs, scopes.front(), settings, progress, std::move(stop));
}

std::optional<FoundWorstBits> worst_bits(const JobInputs& asked, const MemoryModel& memory, const std::string& layers,
                                         const WorstBitsSettings& settings, const WorstBitsProgress& progress, std::stop_token stop) {
    const auto start = std::chrono::steady_clock::now();
    JobInputs inputs = asked;
    inputs.network = inputs.network->stored_in(memory);
    const FaultScope scope = parse_fault_scopes(layers, inputs.network->memory_parts()).front();
    auto bits = find_worst_bits(inputs, scope, settings, progress, std::move(stop));
    if (!bits) return std::nullopt;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return FoundWorstBits{std::move(*bits), scope.name, inputs.network->sha256(), seconds};
}

Job study_job(const Study& study, JobId id, int threads) {
    const auto own = std::make_shared<const Study>(study.another());
    return [own, id, threads](const EventSink& sink, std::stop_token stop) {
        JobRunOptions options;
        options.threads = threads;
        run_study_job(own->another(), id, options, sink, stop);
    };
}

ThresholdsFile read_thresholds(const OpenedModel& model, const std::string& path) {
    const ThresholdsFile thresholds = thresholds_from_json(read_text_file(path), path);
    check_thresholds_fit(thresholds, *model.network, path);
    thresholds.tuned(model.sites);  // throws where a site is not the network's
    return thresholds;
}

std::optional<HardenedFile> write_hardened(const MethodInputs& inputs, const ThresholdsFile& thresholds, const std::string& path,
                                           std::stop_token stop) {
    const TuningInputs tuning = open_tuning_images(inputs.evaluation, inputs.tuning);
    return write_tuned_network(
        tuning.inputs, thresholds, {}, path, [](const Event&) {}, stop);
}

std::shared_ptr<Inspector> make_inspector(const MethodInputs& inputs, const MemoryModel& memory) {
    JobInputs stored = inputs.evaluation;
    stored.network = stored.network->stored_in(memory);
    return std::make_shared<Inspector>(stored, [inputs, stored] {
        JobInputs tuning = open_tuning_images(inputs.evaluation, inputs.tuning).inputs;
        tuning.network = stored.network;
        return tuning;
    });
}

std::shared_ptr<ThresholdByHand> make_threshold_by_hand(const MethodInputs& inputs, const JobSettings& sweep, int threads) {
    TuningInputs tuning = open_tuning_images(inputs.evaluation, inputs.tuning);
    tuning.inputs.network = tuning.inputs.network->stored_in(sweep.memory);
    JobRunOptions options;
    options.threads = threads;
    return std::make_shared<ThresholdByHand>(tuning.inputs, HandSettings{.tuning = tuning_settings(sweep, tuning.trained_on, options),
                                                                         .site = find_site(sweep.site, tuning.inputs.network->sites()),
                                                                         .place = sweep.place});
}

std::shared_ptr<RateByHand> make_rate_by_hand(const JobInputs& asked, const JobSettings& sensitivity, const std::string& scope,
                                              int threads) {
    JobInputs inputs = asked;
    inputs.network = inputs.network->stored_in(sensitivity.memory);
    RateSettings settings;
    settings.scope = parse_fault_scopes(scope, inputs.network->memory_parts(), OutputScopes::allowed).front();
    settings.seed = sensitivity.seed;
    settings.nonfinite = sensitivity.nonfinite;
    settings.threads = threads;
    settings.chunk = sensitivity.chunk;
    settings.device = sensitivity.device;
    settings.exact = sensitivity.exact;
    return std::make_shared<RateByHand>(inputs, settings);
}

std::optional<ReplayedTrial> replay(const Study& study, const TrialName& name, std::stop_token stop) {
    return replay_trial(study, name, {}, stop);
}

std::optional<ReplayedTrial> replay_with_answers(const Study& study, const TrialName& name, std::stop_token stop) {
    return replay_trial(study, name, {}, stop, {}, ReplayDetail::answers);
}

}  // namespace

Engine core_engine() {
    return {
        open_model,         open_data,    open_dataset_sample, input_format,    protect_first,  try_model_variants,     answers,
        check_input,        run_clean,    study_job,           read_thresholds, write_hardened, make_inspector,         is_source_there,
        find_source,        check_source, salvage_study,       replay,          worst_bits,     make_threshold_by_hand, make_rate_by_hand,
        replay_with_answers};
}

}  // namespace clipscope
