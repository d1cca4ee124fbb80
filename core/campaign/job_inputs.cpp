#include "campaign/job_inputs.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "common/error.h"

namespace clipscope {

namespace {

std::string with_channels(std::int64_t channels) {
    if (channels == 1) return "grey images (1 channel)";
    if (channels == 3) return "colour images (3 channels)";
    return "images of " + std::to_string(channels) + " channels";
}

// Before anything about the normalisation is asked or said: no choice of one would help.
void check_channels(const Network& network, const Dataset& images) {
    const LayerInfo& first = network.layers().front();
    const auto& shape = network.metadata().input_shape;
    const std::int64_t wanted = shape ? shape->channels : first.kind == "Conv2d" ? first.shape[1] : 0;
    const int given = images.shape().channels;
    if (wanted == 0 || wanted == given) return;
    throw Error("\"" + network.path() + "\" takes " + with_channels(wanted) + ", but " + images.name() + " has " + with_channels(given) +
                ": choose other images or another network.");
}

}  // namespace

InputFormat resolve_input_format(const Network& network, const Dataset& images, const std::optional<Normalization>& asked) {
    check_channels(network, images);
    InputFormat format;
    format.shape = network.metadata().input_shape;
    if (asked)
        format.normalization = *asked;
    else if (network.metadata().normalization)
        format.normalization = *network.metadata().normalization;
    else
        throw UsageError("\"" + network.path() +
                         "\" does not say how its input is normalised: choose a normalisation (cifar10, imagenet, mnist, " +
                         "fashion-mnist, none, or a mean and standard deviation).");
    prepared_shape(images, format);
    return format;
}

ModelMetadata described(const JobInputs& inputs) {
    ModelMetadata metadata = inputs.network->metadata();
    metadata.normalization = inputs.input.normalization;
    metadata.input_shape = prepared_shape(inputs.images, inputs.input);
    if (metadata.class_names.empty()) metadata.class_names = inputs.images.class_names();
    return metadata;
}

std::string model_label(const std::string& model) {
    return model.starts_with("bundled:") ? model : std::filesystem::path(model).filename().string();
}

std::string data_label(const std::string& data, const Dataset& dataset) {
    return data.empty() ? dataset.name() : dataset.name() + " (" + data + ")";
}

int resolve_threads(int asked) {
    return asked > 0 ? asked : int(std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace clipscope
