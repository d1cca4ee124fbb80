#include "campaign/job_inputs.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "common/error.h"
#include "evaluation/trial_pass.h"

namespace clipscope {

namespace {

std::string with_channels(std::int64_t channels) {
    if (channels == 1) return "grey images (1 channel)";
    if (channels == 3) return "colour images (3 channels)";
    return "images of " + std::to_string(channels) + " channels";
}

// Of images with the channels that the network takes, before anything about the normalisation is asked or said: no choice of one would
// help. What the file or the first layer says is enough where it agrees with the images; elsewhere the network is tried, since a step
// before that layer may make other channels of theirs.
std::optional<ImageShape> fitting_shape(const Network& network, const Dataset& images) {
    const LayerInfo& first = network.layers().front();
    const std::optional<ImageShape>& described = network.metadata().input_shape;
    const ImageShape given = images.shape();
    const std::int64_t wanted = described ? described->channels : first.kind == "Conv2d" ? first.shape[1] : 0;
    if (wanted == 0 || wanted == given.channels) return described;
    if (!described && takes_images(network, given)) return described;
    for (const int channels : {3, 1}) {
        ImageShape changed = described.value_or(given);
        changed.channels = channels;
        const bool is_taken = described ? described->channels == channels : takes_images(network, changed);
        if (can_change_channels(given.channels, channels) && is_taken) return changed;
    }
    throw Error("\"" + network.path() + "\" takes " + with_channels(wanted) + ", but " + images.name() + " has " +
                with_channels(given.channels) + ": choose other images or another network.");
}

}  // namespace

InputFormat resolve_input_format(const Network& network, const Dataset& images, const std::optional<Normalization>& asked) {
    InputFormat format;
    format.shape = fitting_shape(network, images);
    if (asked)
        format.normalization = *asked;
    else if (network.metadata().normalization)
        format.normalization = *network.metadata().normalization;
    else
        throw UsageError("\"" + network.path() +
                         "\" does not say how its input is normalised: choose a normalisation (cifar10, cifar10-resnet, imagenet, mnist, " +
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
