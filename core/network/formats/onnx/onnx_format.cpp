#include "network/formats/onnx/onnx_format.h"

#include <algorithm>
#include <filesystem>

#include "common/error.h"
#include "network/allowed_operations.h"
#include "network/formats/onnx/onnx_graph.h"
#include "network/model_metadata.h"

namespace clipscope {

namespace {

constexpr std::int64_t max_side = 1 << 16;

bool recognises(const ModelFile& file) {
    return is_onnx(file.start);
}

std::optional<ImageShape> image_shape(const Shape& input) {
    if (input.size() != 4) return std::nullopt;
    for (std::size_t dim = 1; dim < 4; ++dim)
        if (!input[dim].is_known() || input[dim].count < 1 || input[dim].count > max_side) return std::nullopt;
    return ImageShape{int(input[1].count), int(input[2].count), int(input[3].count)};
}

void check_inputs(const onnx::GraphProto& graph) {
    std::unordered_set<std::string> stored;
    for (const onnx::TensorProto& tensor : graph.initializer()) stored.insert(tensor.name());
    int inputs = 0;
    for (const onnx::ValueInfoProto& input : graph.input()) {
        if (stored.contains(input.name())) continue;
        const int type = input.type().tensor_type().elem_type();
        if (type != onnx::TensorProto::FLOAT && type != onnx::TensorProto::FLOAT16)
            throw Error("its input \"" + input.name().substr(0, 60) +
                        "\" takes no float32 numbers; export the network with a batch of images as input");
        ++inputs;
    }
    if (inputs != 1) throw Error("it takes " + std::to_string(inputs) + " inputs; ClipScope runs networks that take one batch of images");
}

// What a hardened network's file says about itself; empty for others.
ModelMetadata metadata_of(const onnx::ModelProto& model) {
    for (const onnx::StringStringEntryProto& entry : model.metadata_props())
        if (entry.key() == metadata_record) return metadata_from_json(entry.value());
    return {};
}

LoadedModule make_module(const OnnxFile& file, bool any_batch) {
    OnnxGraph graph(file, {any_batch, false});
    LoadedModule loaded{graph.make(), metadata_of(file.model), false, {}};
    check_operations(loaded.module);
    if (const auto shape = image_shape(graph.input_shape())) loaded.metadata.input_shape = shape;
    loaded.metadata.fixed_batch = 0;
    if (!any_batch) loaded.metadata.fixed_batch = graph.batch_of_file();
    for (const std::string& type : graph.stored_types())
        loaded.metadata.stored_as += (loaded.metadata.stored_as.empty() ? "" : ", ") + type;
    loaded.codecs = graph.codecs();
    return loaded;
}

// The size of a batch in the file is kept only where images would not stay apart otherwise.
LoadedModule load(const ModelFile& file, const ModelRequest&) {
    const OnnxFile onnx = read_onnx(file.stream, std::filesystem::path(file.path).parent_path().string());
    check_inputs(onnx.model.graph());
    const auto& input = onnx.model.graph().input();
    const bool says_batch = !input.empty() && std::ranges::any_of(input, [](const onnx::ValueInfoProto& value) {
        return value.type().tensor_type().shape().dim_size() > 0 && value.type().tensor_type().shape().dim(0).has_dim_value();
    });
    if (!says_batch) return make_module(onnx, false);
    try {
        return make_module(onnx, true);
    } catch (const NeedsFixedBatch&) {
    } catch (const Error&) {
        // Told better where the batch is as the file says.
    }
    return make_module(onnx, false);
}

}  // namespace

const ModelFormat onnx_format{"ONNX", recognises, load};

}  // namespace clipscope
