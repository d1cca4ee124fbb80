#include "engine.h"

#include <filesystem>

#include "common/error.h"
#include "data/dataset_reader.h"
#include "network/bundled_networks.h"

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

OpenedModel open_model(const std::string& name) {
    OpenedModel model;
    model.name = name;
    model.network = Network::load(resolve_model_path(name));
    model.title = title_of(name, *model.network);
    model.layers = model.network->layers();
    model.parameter_count = model.network->parameter_count();
    model.fault_bits = model.network->fault_bits();
    model.metadata = model.network->metadata();
    return model;
}

// The bundled networks' data come from a Debian package; its absence deserves better advice than "no such folder".
Dataset open_data(const std::string& folder, Split split) {
    if (folder == fashion_mnist_folder() && !std::filesystem::exists(folder)) {
        throw Error(
            "Fashion-MNIST is not installed in " + folder +
            ": install the Debian package dataset-fashion-mnist (sudo apt install dataset-fashion-mnist), or open another data folder.");
    }
    return open_dataset(folder, split);
}

InputFormat input_format(const OpenedModel& model, const Dataset& images, const std::optional<Normalization>& asked) {
    return resolve_input_format(*model.network, images, asked);
}

Job sensitivity(const JobInputs& inputs, const SensitivitySpecification& specification) {
    return [inputs, specification](const EventSink& sink, std::stop_token stop) { run_sensitivity(inputs, specification, sink, stop); };
}

}  // namespace

Engine core_engine() {
    return {open_model, open_data, input_format, run_clean, sensitivity};
}

}  // namespace clipscope
