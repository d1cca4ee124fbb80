#include "campaign/job_inputs.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "common/error.h"

namespace clipscope {

InputFormat resolve_input_format(const Network& network, const Dataset& images, const std::optional<Normalization>& asked) {
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
    const LayerInfo& first = network.layers().front();
    const ImageShape shape = prepared_shape(images, format);
    if (first.kind == "Conv2d" && first.shape[1] != shape.channels)
        throw Error("\"" + network.path() + "\" takes images of " + std::to_string(first.shape[1]) + " channels, but those of " +
                    images.name() + " have " + std::to_string(shape.channels) + ": choose other images or another network.");
    return format;
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
