#include "study/opened_job.h"

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "common/sha256.h"
#include "data/dataset_reader.h"
#include "data/image_selection.h"
#include "network/bundled_networks.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

Json normalization_json(const Normalization& normalization) {
    return {{"name", normalization.name}, {"mean", normalization.mean}, {"std", normalization.std}};
}

SourceRecord describe_model(const JobSettings& settings, const JobInputs& inputs) {
    const std::string& file = inputs.network->path();
    const Json details = {{"normalization", normalization_json(inputs.input.normalization)}};
    return {settings.model, std::int64_t(std::filesystem::file_size(file)), inputs.network->sha256(), details.dump()};
}

template <class Number>
void add(Sha256& sha256, Number number) {
    sha256.add(std::as_bytes(std::span(&number, 1)));
}

// The chosen images themselves, however their files pack them.
SourceRecord describe_images(const std::string& folder, const Dataset& images) {
    Sha256 sha256;
    const ImageShape shape = images.shape();
    for (const int size : {shape.channels, shape.height, shape.width}) add(sha256, std::int32_t(size));
    for (std::size_t i = 0; i < images.size(); ++i) {
        add(sha256, images.label(i));
        const ImagePixels pixels = images.image(i);
        sha256.add(std::as_bytes(std::span(pixels)));
    }
    const Json details = {{"name", images.name()}, {"images", images.size()}, {"class_names", images.class_names()}};
    return {folder, std::int64_t(images.size() * shape.pixels()), sha256.digest(), details.dump()};
}

std::string data_folder(const JobSettings& settings) {
    return settings.data.empty() ? fashion_mnist_folder() : settings.data;
}

Dataset open_split(const JobSettings& settings) {
    return open_dataset(data_folder(settings), split_from_string(settings.split), settings.picture_size);
}

std::vector<std::size_t> chosen_positions(const JobSettings& settings, const Dataset& dataset) {
    return select_images(dataset, ImageSelection::parse(settings.images), settings.seed);
}

// What the run would find out later.
void check(const JobSettings& settings, const Network& network) {
    settings.kind->check(settings, network);
    if (!settings.kind->is_listed()) all_points(settings, {});
}

}  // namespace

SourceRecord describe_images(const JobSettings& settings) {
    const Dataset dataset = open_split(settings);
    return describe_images(data_folder(settings), dataset.subset(chosen_positions(settings, dataset)));
}

OpenedJob open_job(const JobSettings& settings) {
    const std::string folder = data_folder(settings);
    const Dataset dataset = open_split(settings);
    TuningImages wanted;
    wanted.evaluation_positions = chosen_positions(settings, dataset);
    const Dataset images = dataset.subset(wanted.evaluation_positions);
    const auto network =
        Network::load(resolve_model_path(settings.model), settings.architecture, settings.state_key)->stored_in(settings.memory);
    const InputFormat input = resolve_input_format(*network, images, settings.normalization);
    check(settings, *network);
    const JobInputs evaluation{network, images, input, model_label(settings.model), data_label(settings.data, dataset)};
    OpenedJob opened{evaluation, std::nullopt, describe_model(settings, evaluation), describe_images(folder, images), std::nullopt};
    if (!needs_tuning_images(settings)) return opened;
    wanted.folder = folder;
    wanted.picture_size = settings.picture_size;
    if (!settings.tuning_split.empty()) wanted.split = split_from_string(settings.tuning_split);
    wanted.selection = ImageSelection::parse(settings.tuning_images);
    wanted.seed = settings.seed;
    wanted.evaluation_split = split_from_string(settings.split);
    opened.tuning = open_tuning_images(evaluation, wanted);
    opened.tuning->inputs.data_name = data_label(settings.data, opened.tuning->inputs.images);
    opened.tuning_images = describe_images(folder, opened.tuning->inputs.images);
    return opened;
}

}  // namespace clipscope
