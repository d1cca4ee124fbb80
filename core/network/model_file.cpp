#include "network/model_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/error.h"
#include "common/file_replacement.h"
#include "common/sha256.h"
#include "network/allowed_operations.h"
#include "network/architecture_error.h"
#include "network/architecture_match.h"
#include "network/code_check.h"
#include "network/script_records.h"
#include "network/state_dictionary.h"

namespace clipscope {

namespace {

constexpr const char* metadata_name = "clipscope.json";
using Json = nlohmann::ordered_json;

constexpr const char* old_torch_save = "\x80\x02\x8a\x0a";  // torch.save before PyTorch 1.6

std::ifstream open_archive(const std::string& path) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) throw Error("There is no file \"" + path + "\": check the path of the model.");
    if (std::filesystem::is_directory(path, ignored))
        throw Error("\"" + path + "\" is a folder: choose the model file (.pt, .pth) itself.");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error("Cannot read \"" + path + "\": check the file's permissions.");
    std::array<char, 4> magic{};
    file.read(magic.data(), magic.size());
    if (file.gcount() == 0) throw Error("\"" + path + "\" is empty: export the network again.");
    if (std::equal(magic.begin(), magic.end(), old_torch_save))
        throw Error("\"" + path + "\" has torch.save's old format: load it in Python and save it again with PyTorch 1.6 or later.");
    if (magic != std::array<char, 4>{'P', 'K', 3, 4})
        throw Error("\"" + path +
                    "\" is not a TorchScript file and not a state dictionary: save the network with torch.jit.trace(...).save(), "
                    "torch.jit.script(...).save() or torch.save(model.state_dict(), ...).");
    return file;
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

ModelMetadata from_json(const std::string& text) {
    ModelMetadata metadata;
    if (text.empty()) return metadata;
    try {
        const Json json = Json::parse(text);
        metadata.architecture = json.value("architecture", "");
        metadata.training = json.value("training", "");
        metadata.class_names = json.value("class_names", std::vector<std::string>{});
        if (json.contains("normalization")) {
            const Json& normalization = json["normalization"];
            metadata.normalization = Normalization::custom(normalization.at("mean").get<std::vector<float>>(),
                                                           normalization.at("std").get<std::vector<float>>());
            metadata.normalization->name = normalization.value("name", "custom");
        }
        if (json.contains("input_shape")) {
            const auto shape = json["input_shape"].get<std::array<int, 3>>();
            if (shape[0] < 1 || shape[1] < 1 || shape[2] < 1 || shape[0] > 1024 || shape[1] > 65536 || shape[2] > 65536)
                throw Error("the input shape makes no sense");
            metadata.input_shape = ImageShape{shape[0], shape[1], shape[2]};
        }
    } catch (const std::exception& error) {
        throw Error(std::string("its metadata (") + metadata_name + ") cannot be read (" + error.what() + "): train or export it again");
    }
    return metadata;
}

// Half precision, which no processor's convolution takes, becomes float32. Shared tensors stay shared.
std::string compute_in_float32(torch::jit::Module& module) {
    std::string stored_as;
    const auto convert = [&](at::Tensor tensor) {
        if (tensor.scalar_type() != at::kHalf && tensor.scalar_type() != at::kBFloat16) return;
        stored_as = c10::toString(tensor.scalar_type());
        tensor.set_data(tensor.to(at::kFloat));
    };
    for (const at::Tensor& parameter : module.parameters()) convert(parameter);
    for (const at::Tensor& buffer : module.buffers()) convert(buffer);
    return stored_as;
}

// Nothing in the file runs before its records are judged, and no pass over its graph before its operations are.
LoadedModule load_script(const ZipArchive& archive, std::ifstream& file) {
    check_script_records(archive, check_code(archive));
    file.clear();
    file.seekg(0);
    torch::jit::ExtraFilesMap extra{{metadata_name, ""}};
    torch::jit::Module module = torch::jit::load(file, at::kCPU, extra);
    check_operations(module);
    ModelMetadata metadata = from_json(extra[metadata_name]);
    metadata.stored_as = compute_in_float32(module);
    return {std::move(module), std::move(metadata), false, {}};
}

LoadedModule load_state(const ZipArchive& archive, const std::string& architecture, const std::string& state_key) {
    const StoredState state = read_state_dictionary(archive, state_key);
    MatchedArchitecture matched = match_architecture(state.tensors, architecture);
    ModelMetadata metadata;
    metadata.state_key = state.key;
    metadata.other_state_keys = state.other_keys;
    metadata.architecture = matched.name;
    metadata.input_shape = matched.input;
    return {std::move(matched.module), std::move(metadata), true, {}};
}

}  // namespace

std::string first_line(const std::string& message) {
    return message.substr(0, message.find('\n'));
}

LoadedModule load_module(const std::string& path, const std::string& architecture, const std::string& state_key) {
    const FileStamp before(path);
    std::ifstream file = open_archive(path);
    try {
        file.seekg(0);
        const std::string sha256 = stream_sha256(file);
        file.clear();
        const ZipArchive archive(file);
        const bool is_script = is_torchscript(archive);
        if (is_script && !state_key.empty())
            throw UsageError("\"" + path + "\" is TorchScript and holds one network: leave the state key out.");
        LoadedModule loaded = is_script ? load_script(archive, file) : load_state(archive, architecture, state_key);
        loaded.sha256 = sha256;
        if (before != FileStamp(path)) throw Error("it was changed while it was read; open it again");
        return loaded;
    } catch (const UsageError&) {
        throw;
    } catch (const ArchitectureError& error) {
        throw ArchitectureError("\"" + path + "\" cannot be opened: " + error.what() + ".");
    } catch (const Error& error) {
        throw Error("\"" + path + "\" cannot be opened: " + error.what() + ".");
    } catch (const c10::Error& error) {
        throw Error("\"" + path + "\" cannot be opened as TorchScript, it may be damaged: export it again (" +
                    first_line(error.what_without_backtrace()) + ").");
    } catch (const std::exception& error) {
        throw Error("\"" + path + "\" cannot be opened, it may be damaged: export it again (" + first_line(error.what()) + ").");
    }
}

LoadedModule load_module_again(const Network& network) {
    const ModelMetadata& metadata = network.metadata();
    LoadedModule loaded = load_module(network.path(), metadata.architecture, metadata.state_key);
    if (loaded.sha256 == network.sha256()) return loaded;
    throw Error("The file \"" + network.path() +
                "\" is another one than when it was opened, and nothing found for that network goes onto this one: put the original back, "
                "or open the new file.");
}

void save_module(const torch::jit::Module& module, const ModelMetadata& metadata, const std::string& path) {
    std::error_code unknown;
    if (std::filesystem::exists(path, unknown) && !std::filesystem::is_regular_file(path, unknown))
        throw Error("Cannot write \"" + path +
                    "\": it is a folder or a device, and a network needs a file of its own; choose another name.");
    const std::string temporary = path + ".part";
    const torch::jit::ExtraFilesMap extra{{metadata_name, to_json(metadata).dump(2)}};
    try {
        module.save(temporary, extra);
        replace_file(temporary, path);
    } catch (const std::exception& error) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        throw Error("Cannot write \"" + path + "\": check that the folder exists, is writable and has room (" + first_line(error.what()) +
                    ").");
    }
}

}  // namespace clipscope
