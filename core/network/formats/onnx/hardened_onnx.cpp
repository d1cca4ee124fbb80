#include "network/formats/onnx/hardened_onnx.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "common/error.h"
#include "common/sha256.h"
#include "common/text_file.h"
#include "network/formats/onnx/onnx_clips.h"
#include "network/formats/onnx/onnx_format.h"
#include "network/formats/onnx/onnx_graph.h"
#include "network/hardened_file.h"
#include "network/layer_finder.h"
#include "network/model_file.h"
#include "network/model_metadata.h"
#include "network/program.h"

namespace clipscope {

namespace {

OnnxFile read_again(const Network& network) {
    std::ifstream stream(network.path(), std::ios::binary);
    if (!stream) throw Error("Cannot read \"" + network.path() + "\": put the file back, from which the hardened network is made.");
    check_same_file(network, stream_sha256(stream));
    stream.clear();
    return read_onnx(stream, std::filesystem::path(network.path()).parent_path().string());
}

void check_size(const OnnxFile& file) {
    // What clipping adds is far smaller than this margin.
    constexpr std::int64_t margin = std::int64_t(1) << 20;
    if (std::int64_t(file.model.ByteSizeLong()) > max_onnx_file_size - margin)
        throw Error("with its weights it is larger than one ONNX file can be (2 GB); save the hardened network as .pt");
}

// What the importer knew of the tensors.
OnnxClips::ElementType element_types(OnnxGraph& graph) {
    return [&graph](const std::string& tensor) {
        const int type = graph.is_there(tensor) ? graph.value_named(tensor).type : 0;
        if (type == onnx::TensorProto::FLOAT || type == onnx::TensorProto::FLOAT16 || type == onnx::TensorProto::BFLOAT16) return type;
        throw Error("of its tensor \"" + tensor.substr(0, 60) + "\" the element type is not known; save the hardened network as .pt");
    };
}

OnnxActivation::Form form_of(const FoundSite& site) {
    if (site.clips_output) return OnnxActivation::Form::clipped;
    if (!site.info.threshold) return OnnxActivation::Form::plain;
    return site.info.kind == "leaky_relu" ? OnnxActivation::Form::clipped_leaky_relu : OnnxActivation::Form::clipped_relu;
}

OnnxActivation activation_of(const FoundSite& site, const Program& program) {
    const auto place = place_of_value(program.steps()[site.step].node->output()->debugName());
    if (!place)
        throw Error(site.info.name +
                    " is no tensor of its graph, but what several operators do together; save the hardened network as .pt");
    return {site.info.name, *place, form_of(site), is_never_negative(site.info), site.slope};
}

void set_metadata(onnx::ModelProto& model, const ModelMetadata& metadata) {
    auto& entries = *model.mutable_metadata_props();
    for (int i = entries.size(); i-- > 0;)
        if (entries.Get(i).key() == metadata_record) entries.DeleteSubrange(i, 1);
    onnx::StringStringEntryProto& own = *entries.Add();
    own.set_key(metadata_record);
    own.set_value(to_json(metadata));
}

onnx::ModelProto hardened_model(const Network& network, std::span<const std::optional<float>> thresholds, const ModelMetadata& metadata,
                                const std::map<std::size_t, OnnxSiteFunction>& functions) {
    OnnxFile file = read_again(network);
    check_size(file);
    onnx::ModelProto hardened = file.model;
    OnnxGraph graph(file, {});
    graph.make();
    OnnxClips clips(hardened, file.opset, element_types(graph));
    const std::vector<FoundSite>& sites = network.structure().sites;
    for (std::size_t i = 0; i < sites.size() && i < thresholds.size(); ++i)
        if (thresholds[i]) clips.clip(activation_of(sites[i], network.program()), *thresholds[i]);
    for (const auto& [site, function] : functions) clips.apply(activation_of(sites[site], network.program()), function);
    clips.finish();
    set_metadata(hardened, metadata);
    return hardened;
}

// Errors inside are clauses, or sentences about the file that are complete.
template <class Work>
auto with_path(const Network& network, const Work& work) {
    try {
        return work();
    } catch (const UsageError&) {
        throw;
    } catch (const Error& error) {
        const std::string text = error.what();
        if (text.ends_with('.')) throw;
        throw Error("\"" + network.path() + "\" cannot be hardened as ONNX: " + text + ".");
    }
}

void check_came_from_onnx(const Network& network, const std::string& path) {
    if (came_from_onnx(network.metadata())) return;
    throw UsageError("'" + path + "' cannot be ONNX, because \"" + network.path() + "\" is none (" + network.metadata().format +
                     "): give the hardened network a name that ends in .pt, or export the network to ONNX and harden that.");
}

}  // namespace

bool came_from_onnx(const ModelMetadata& metadata) {
    return metadata.format == onnx_format.name;
}

void check_hardened_onnx(const Network& network, const std::string& path) {
    check_came_from_onnx(network, path);
    with_path(network, [&] {
        OnnxFile file = read_again(network);
        check_size(file);
        OnnxClips(file.model, file.opset, {});
    });
}

void write_hardened_onnx(const Network& network, std::span<const std::optional<float>> thresholds, const std::string& path,
                         const ModelMetadata& metadata) {
    write_hardened_onnx(network, thresholds, path, metadata, {});
}

void write_hardened_onnx(const Network& network, std::span<const std::optional<float>> thresholds, const std::string& path,
                         const ModelMetadata& metadata, const std::map<std::size_t, OnnxSiteFunction>& functions) {
    check_came_from_onnx(network, path);
    const std::vector<FoundSite>& sites = network.structure().sites;
    for (std::size_t i = 0; i < sites.size() && i < thresholds.size(); ++i)
        if (thresholds[i]) check_site_threshold(sites[i], *thresholds[i]);
    for (const auto& [site, function] : functions) check_top_level(sites.at(site));
    const onnx::ModelProto model = with_path(network, [&] { return hardened_model(network, thresholds, metadata, functions); });
    std::string bytes;
    if (!model.SerializeToString(&bytes)) throw Error("Cannot write \"" + path + "\": the hardened network is too large for ONNX.");
    write_text_file(path, bytes);
}

}  // namespace clipscope
