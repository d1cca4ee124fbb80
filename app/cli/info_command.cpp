// info MODEL: the layers, sites, parameters and bits of a network.
#include <CLI/App.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "campaign/variant_choice.h"
#include "command.h"
#include "common/json_text.h"
#include "common/number_text.h"
#include "common_options.h"
#include "network/bundled_networks.h"
#include "network/coverage.h"
#include "network/network.h"
#include "output_files.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

struct InfoOptions {
    std::string model = "bundled:lenet5";
    std::string architecture;
    std::string state_key;
    std::string json;
};

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

Json part_json(const LayerInfo& part) {
    return {{"name", part.name}, {"path", part.path}, {"kind", part.kind}, {"shape", part.shape}, {"parameters", part.parameter_count},
            {"bits", part.bits}};
}

void add_coverage(const Coverage& coverage, Json& json) {
    json["stored_values"] = coverage.stored_values;
    json["reached_by_network"] = coverage.reached_by_network;
    json["not_reached"] = Json::array();
    for (const UnreachedTensor& tensor : coverage.not_reached) {
        const std::string why = tensor.scope.empty() ? tensor.why : tensor.why + ", which scope " + tensor.scope + " reaches";
        json["not_reached"].push_back({{"path", tensor.path}, {"elements", tensor.elements}, {"why", why}});
    }
}

Json network_json(const Network& network, const std::string& label) {
    Json json = {
        {"model", label}, {"layers", Json::array()}, {"batch_norms", Json::array()}, {"others", Json::array()}, {"sites", Json::array()}};
    for (const LayerInfo& part : network.memory_parts()) {
        if (part.part == MemoryPart::threshold) continue;
        const bool is_layer = part.part == MemoryPart::layer, is_batch_norm = part.part == MemoryPart::batch_norm;
        json[is_layer ? "layers" : is_batch_norm ? "batch_norms" : "others"].push_back(part_json(part));
    }
    for (const SiteInfo& site : network.sites()) {
        const Json threshold = site.threshold ? Json(*site.threshold) : Json(nullptr);
        json["sites"].push_back(
            {{"name", site.name}, {"path", site.path}, {"kind", site.kind}, {"fed_by", site.fed_by}, {"threshold", threshold}});
    }
    if (!network.metadata().architecture.empty()) json["architecture"] = network.metadata().architecture;
    if (const auto possible = possible_variants(network); !possible.empty()) json["possible_architectures"] = possible;
    json["parameters"] = network.parameter_count();
    json["fault_bits"] = network.fault_bits();
    json["fixed_batch"] = network.metadata().fixed_batch;
    add_coverage(network.coverage(), json);
    return json;
}

std::string metadata_text(const Network& network) {
    const ModelMetadata& metadata = network.metadata();
    std::string text;
    std::string others;  // that the parameters fit as well
    for (const std::string& name : possible_variants(network))
        if (name != metadata.architecture) others += (others.empty() ? "" : ", ") + name;
    if (!metadata.architecture.empty()) text += "Architecture   " + metadata.architecture + "\n";
    if (!others.empty()) text += "Fits as well   " + others + " (--arch; jobs try all on images)\n";
    if (!metadata.state_key.empty()) text += "Taken from     " + metadata.state_key + "\n";
    if (metadata.normalization) text += "Normalisation  " + metadata.normalization->name + "\n";
    if (metadata.input_shape) {
        const ImageShape& shape = *metadata.input_shape;
        text += "Input          " + shape_text({shape.channels, shape.height, shape.width}) + "\n";
    }
    if (metadata.fixed_batch > 0) text += "Images a pass  exactly " + std::to_string(metadata.fixed_batch) + "\n";
    if (!metadata.class_names.empty()) text += "Classes        " + std::to_string(metadata.class_names.size()) + "\n";
    if (!metadata.stored_as.empty()) text += "Stored as      " + metadata.stored_as + "; computed in float32\n";
    if (!metadata.training.empty()) text += "Training       " + metadata.training + "\n";
    return text.empty() ? text : text + "\n";
}

std::int64_t stored_bits(const Network& network, MemoryPart kind) {
    std::int64_t bits = 0;
    for (const LayerInfo& part : network.memory_parts())
        if (part.part == kind && part.is_stored) bits += part.bits;
    return bits;
}

// What scopes beyond `network` add.
std::string further_bits(const Network& network) {
    std::string text;
    const auto add = [&](MemoryPart kind, const std::string& scope) {
        const std::int64_t bits = stored_bits(network, kind);
        if (bits > 0) text += (text.empty() ? ", and where asked for " : ", ") + grouped_text(bits) + " in " + scope;
    };
    add(MemoryPart::batch_norm, "batch-norm");
    add(MemoryPart::threshold, "thresholds");
    add(MemoryPart::norm, "norm");
    add(MemoryPart::activation, "prelu");
    add(MemoryPart::other, "other");
    return text;
}

// "Faults reach ... ."; empty where they reach all.
std::string reach_text(const Network& network) {
    std::string text = coverage_text(network.coverage());
    if (text.empty()) return text;
    text.front() = 'F';
    return text + "\n\n";
}

// Empty where there are none.
std::string parts_text(const Network& network, MemoryPart kind, const std::string& title) {
    TextTable table({{title}, {"Path"}, {"Kind"}, {"Shape"}, {"Parameters", Align::right}, {"Bits", Align::right}});
    bool is_empty = true;
    for (const LayerInfo& part : network.memory_parts()) {
        if (part.part != kind) continue;
        table.add_row({part.name, part.path, part.kind, shape_text(part.shape), grouped_text(part.parameter_count), grouped_text(part.bits)});
        is_empty = false;
    }
    return is_empty ? "" : table.to_string();
}

std::string network_text(const Network& network, const std::string& label) {
    TextTable sites({{"Site"}, {"Path"}, {"Kind"}, {"Fed by"}, {"Threshold", Align::right}});
    for (const SiteInfo& site : network.sites()) {
        std::string fed_by;
        for (const std::string& layer : site.fed_by) fed_by += (fed_by.empty() ? "" : ", ") + layer;
        sites.add_row({site.name, site.path, site.kind, fed_by, site.threshold ? number_text(*site.threshold) : "-"});
    }
    std::string others;
    for (const auto& [kind, title] : {std::pair(MemoryPart::batch_norm, "Batch norm"), std::pair(MemoryPart::norm, "Norm"),
                                      std::pair(MemoryPart::activation, "Activation"), std::pair(MemoryPart::other, "Other")})
        if (const std::string table = parts_text(network, kind, title); !table.empty()) others += table + "\n";
    return label + ": " + grouped_text(network.parameter_count()) + " parameters, " + grouped_text(network.fault_bits()) +
           " bits that faults can hit" + further_bits(network) + "\n\n" + metadata_text(network) + reach_text(network) +
           parts_text(network, MemoryPart::layer, "Layer") + "\n" + others + sites.to_string();
}

int run_info(const InfoOptions& options) {
    check_writable_file(options.json);
    const auto network = Network::load(resolve_model_path(options.model), options.architecture, options.state_key);
    tell_of_other_states(*network);
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
    add_state_options(*command, options->architecture, options->state_key);
    add_json_option(*command, options->json);
    command->footer("Example: clipscope-cli info bundled:alexnet");
    command->callback([options, &runner] { runner = [options](std::stop_source&) { return run_info(*options); }; });
}

}  // namespace clipscope::cli
