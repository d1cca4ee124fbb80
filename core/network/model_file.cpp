#include "network/model_file.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/error.h"

namespace clipscope {

namespace {

constexpr const char* metadata_name = "clipscope.json";
using Json = nlohmann::ordered_json;

void check_looks_like_archive(const std::string& path) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) throw Error("There is no file \"" + path + "\": check the path of the model.");
    if (std::filesystem::is_directory(path, ignored)) throw Error("\"" + path + "\" is a folder: choose the TorchScript file (.pt) itself.");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error("Cannot read \"" + path + "\": check the file's permissions.");
    std::array<char, 4> magic{};
    file.read(magic.data(), magic.size());
    if (file.gcount() == 0) throw Error("\"" + path + "\" is empty: export the network again.");
    if (magic != std::array<char, 4>{'P', 'K', 3, 4})
        throw Error("\"" + path + "\" is not a TorchScript file: save the network with torch.jit.trace(...).save() or torch.jit.script(...).save().");
}

Json to_json(const ModelMetadata& metadata) {
    Json json{{"architecture", metadata.architecture}};
    if (metadata.normalization)
        json["normalization"] = {
            {"name", metadata.normalization->name}, {"mean", metadata.normalization->mean}, {"std", metadata.normalization->std}};
    if (metadata.input_shape)
        json["input_shape"] = {metadata.input_shape->channels, metadata.input_shape->height, metadata.input_shape->width};
    json["class_names"] = metadata.class_names;
    json["training"] = metadata.training;
    return json;
}

ModelMetadata from_json(const std::string& text, const std::string& path) {
    ModelMetadata metadata;
    if (text.empty()) return metadata;
    try {
        const Json json = Json::parse(text);
        metadata.architecture = json.value("architecture", "");
        metadata.training = json.value("training", "");
        metadata.class_names = json.value("class_names", std::vector<std::string>{});
        if (json.contains("normalization")) {
            const Json& normalization = json["normalization"];
            metadata.normalization =
                Normalization::custom(normalization.at("mean").get<std::vector<float>>(), normalization.at("std").get<std::vector<float>>());
            metadata.normalization->name = normalization.value("name", "custom");
        }
        if (json.contains("input_shape")) {
            const auto shape = json["input_shape"].get<std::array<int, 3>>();
            if (shape[0] < 1 || shape[1] < 1 || shape[2] < 1 || shape[0] > 1024 || shape[1] > 65536 || shape[2] > 65536)
                throw Error("the input shape makes no sense");
            metadata.input_shape = ImageShape{shape[0], shape[1], shape[2]};
        }
    } catch (const std::exception& error) {
        throw Error("The metadata inside \"" + path + "\" (" + metadata_name + ") cannot be read (" + error.what() + "): train or export it again.");
    }
    return metadata;
}

}  // namespace

std::string first_line(const std::string& message) { return message.substr(0, message.find('\n')); }

LoadedModule load_module(const std::string& path) {
    check_looks_like_archive(path);
    torch::jit::ExtraFilesMap extra{{metadata_name, ""}};
    try {
        torch::jit::Module module = torch::jit::load(path, at::kCPU, extra);
        return {std::move(module), from_json(extra[metadata_name], path)};
    } catch (const Error&) {
        throw;
    } catch (const c10::Error& error) {
        const std::string reason = first_line(error.what_without_backtrace());
        if (reason.find("constants.pkl") != std::string::npos)
            throw Error("\"" + path + "\" holds weights without a network (a state dictionary): save the network with torch.jit.trace(...).save().");
        throw Error("Cannot read \"" + path + "\" as TorchScript; it may be truncated or damaged: export it again (" + reason + ").");
    } catch (const std::exception& error) {
        throw Error("Cannot read \"" + path + "\" as TorchScript; it may be damaged: export it again (" + first_line(error.what()) + ").");
    }
}

void save_module(const torch::jit::Module& module, const ModelMetadata& metadata, const std::string& path) {
    const std::string temporary = path + ".part";
    const torch::jit::ExtraFilesMap extra{{metadata_name, to_json(metadata).dump(2)}};
    try {
        module.save(temporary, extra);
        std::filesystem::rename(temporary, path);
    } catch (const std::exception& error) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        throw Error("Cannot write \"" + path + "\": check that the folder exists, is writable and has room (" + first_line(error.what()) + ").");
    }
}

}  // namespace clipscope
