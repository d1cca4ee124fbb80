#include "network/model_metadata.h"

#include <array>
#include <nlohmann/json.hpp>

#include "common/error.h"
#include "common/text_list.h"

namespace clipscope {

using Json = nlohmann::ordered_json;

std::string to_json(const ModelMetadata& metadata) {
    Json json{{"architecture", metadata.architecture}};
    if (metadata.normalization)
        json["normalization"] = {
            {"name", metadata.normalization->name}, {"mean", metadata.normalization->mean}, {"std", metadata.normalization->std}};
    if (metadata.input_shape)
        json["input_shape"] = {metadata.input_shape->channels, metadata.input_shape->height, metadata.input_shape->width};
    json["class_names"] = metadata.class_names;
    json["training"] = metadata.training;
    if (metadata.fixed_batch > 0) json["fixed_batch"] = metadata.fixed_batch;
    return json.dump(2);
}

namespace {

Normalization normalization_from(const Json& json) {
    const std::string name = json.value("name", "custom");
    const auto mean = json.at("mean").get<std::vector<float>>(), std = json.at("std").get<std::vector<float>>();
    if (name == "none" && mean.empty() && std.empty()) return Normalization::preset(name);
    Normalization normalization = Normalization::custom(mean, std);
    normalization.name = name;
    return normalization;
}

}  // namespace

ModelMetadata metadata_from_json(const std::string& text) {
    ModelMetadata metadata;
    if (text.empty()) return metadata;
    try {
        const Json json = Json::parse(text);
        metadata.architecture = json.value("architecture", "");
        metadata.training = json.value("training", "");
        metadata.class_names = json.value("class_names", std::vector<std::string>{});
        if (json.contains("normalization")) metadata.normalization = normalization_from(json["normalization"]);
        metadata.fixed_batch = json.value("fixed_batch", std::int64_t(0));
        if (metadata.fixed_batch < 0 || metadata.fixed_batch > 100'000) throw Error("the number of images that it takes makes no sense");
        if (json.contains("input_shape")) {
            const auto shape = json["input_shape"].get<std::array<int, 3>>();
            if (shape[0] < 1 || shape[1] < 1 || shape[2] < 1 || shape[0] > 1024 || shape[1] > 65536 || shape[2] > 65536)
                throw Error("the input shape makes no sense");
            metadata.input_shape = ImageShape{shape[0], shape[1], shape[2]};
        }
    } catch (const std::exception& error) {
        throw Error(std::string("its metadata (") + metadata_record + ") cannot be read (" + error.what() + "): train or export it again");
    }
    return metadata;
}

std::string other_states_text(const ModelMetadata& metadata) {
    if (metadata.other_state_keys.empty()) return {};
    return "Parameters " + (metadata.state_key.empty() ? "at the top" : "under " + metadata.state_key) +
           " are used; the file has others under " + joined(metadata.other_state_keys);
}

}  // namespace clipscope
