// info MODEL: the layers, sites, parameters and bits of a network.
#include <CLI/App.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "command.h"
#include "common/json_text.h"
#include "common_options.h"
#include "network/bundled_networks.h"
#include "network/network.h"
#include "output_files.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

struct InfoOptions {
    std::string model = "bundled:lenet5";
    std::string architecture;
    std::string json;
};

nlohmann::ordered_json network_json(const Network& network, const std::string& label) {
    nlohmann::ordered_json json = {
        {"model", label}, {"layers", nlohmann::ordered_json::array()}, {"sites", nlohmann::ordered_json::array()}};
    for (const LayerInfo& layer : network.layers()) {
        json["layers"].push_back({{"name", layer.name},
                                  {"path", layer.path},
                                  {"kind", layer.kind},
                                  {"shape", layer.shape},
                                  {"parameters", layer.parameter_count},
                                  {"bits", layer.bits}});
    }
    for (const SiteInfo& site : network.sites()) {
        json["sites"].push_back({{"name", site.name}, {"path", site.path}, {"kind", site.kind}, {"fed_by", site.fed_by}});
    }
    json["parameters"] = network.parameter_count();
    json["fault_bits"] = network.fault_bits();
    return json;
}

std::string metadata_text(const ModelMetadata& metadata) {
    std::string text;
    if (!metadata.architecture.empty()) text += "Architecture   " + metadata.architecture + "\n";
    if (metadata.normalization) text += "Normalisation  " + metadata.normalization->name + "\n";
    if (metadata.input_shape) {
        const ImageShape& shape = *metadata.input_shape;
        text += "Input          " + shape_text({shape.channels, shape.height, shape.width}) + "\n";
    }
    if (!metadata.class_names.empty()) text += "Classes        " + std::to_string(metadata.class_names.size()) + "\n";
    if (!metadata.stored_as.empty()) text += "Stored as      " + metadata.stored_as + "; computed in float32\n";
    if (!metadata.training.empty()) text += "Training       " + metadata.training + "\n";
    return text.empty() ? text : text + "\n";
}

std::string network_text(const Network& network, const std::string& label) {
    using Align = TextTable::Align;
    TextTable layers({{"Layer"}, {"Path"}, {"Kind"}, {"Shape"}, {"Parameters", Align::right}, {"Bits", Align::right}});
    for (const LayerInfo& layer : network.layers()) {
        layers.add_row({layer.name, layer.path, layer.kind, shape_text(layer.shape), grouped(layer.parameter_count), grouped(layer.bits)});
    }
    TextTable sites({{"Site"}, {"Path"}, {"Kind"}, {"Fed by"}});
    for (const SiteInfo& site : network.sites()) {
        std::string fed_by;
        for (const std::string& layer : site.fed_by) fed_by += (fed_by.empty() ? "" : ", ") + layer;
        sites.add_row({site.name, site.path, site.kind, fed_by});
    }
    return label + ": " + grouped(network.parameter_count()) + " parameters, " + grouped(network.fault_bits()) +
           " bits that faults can hit\n\n" + metadata_text(network.metadata()) + layers.to_string() + "\n" + sites.to_string();
}

int run_info(const InfoOptions& options) {
    check_writable_file(options.json);
    const auto network = Network::load(resolve_model_path(options.model), options.architecture);
    const std::string label = model_label(options.model);
    if (!options.json.empty()) write_file(options.json, json_text(network_json(*network, label)));
    if (options.json != "-") print(network_text(*network, label));
    return exit_done;
}

}  // namespace

void add_info_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<InfoOptions>();
    CLI::App* command = app.add_subcommand("info", "Show a network's layers, activation sites, parameters and bits");
    command->add_option("MODEL", options->model, "TorchScript file, state dictionary or checkpoint of torch.save, or bundled:NAME")
        ->capture_default_str();
    add_architecture_option(*command, options->architecture);
    add_json_option(*command, options->json);
    command->footer("Example: clipscope-cli info bundled:alexnet");
    command->callback([options, &runner] { runner = [options](std::stop_source&) { return run_info(*options); }; });
}

}  // namespace clipscope::cli
