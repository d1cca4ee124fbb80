#include "network/model_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "common/error.h"
#include "common/file_replacement.h"
#include "common/sha256.h"
#include "common/version.h"
#include "network/architectures/architecture_error.h"
#include "network/formats/model_formats.h"
#include "network/later_operations.h"
#include "network/libtorch_internals.h"
#include "network/model_metadata.h"

namespace clipscope {

namespace {

std::ifstream open_file(const std::string& path) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) throw Error("There is no file \"" + path + "\": check the path of the model.");
    if (std::filesystem::is_directory(path, ignored))
        throw Error("\"" + path + "\" is a folder: choose the model file (.pt, .pth) itself.");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error("Cannot read \"" + path + "\": check the file's permissions.");
    return file;
}

std::string read_start(std::ifstream& file, const std::string& path) {
    std::string start(file_start_bytes, '\0');
    file.read(start.data(), std::streamsize(start.size()));
    start.resize(std::size_t(file.gcount()));
    if (start.empty()) throw Error("\"" + path + "\" is empty: export the network again.");
    file.clear();
    return start;
}

LoadedModule load_file(const ModelFile& file, const ModelRequest& request) {
    for (const ModelFormat& format : model_formats())
        if (format.recognises(file)) {
            if (!request.state_key.empty() && !format.takes_state_key)
                throw UsageError("\"" + file.path + "\" (" + std::string(format.name) +
                                 ") holds one network, or one set of parameters: leave the state key out.");
            LoadedModule loaded = format.load(file, request);
            loaded.metadata.format = format.name;
            return loaded;
        }
    if (file.archive != nullptr && !file.archive->has_one_folder())
        throw Error("its records do not lie in one folder as torch.save and torch.jit.save put them, and it is no torch.export file");
    throw Error(
        "it is not a TorchScript file and not a state dictionary; save the network with torch.jit.trace(...).save(), "
        "torch.jit.script(...).save() or torch.save(model.state_dict(), ...)");
}

}  // namespace

// LibTorch's parser begins its messages with an empty line.
std::string first_line(const std::string& message) {
    const std::size_t start = message.find_first_not_of(" \n");
    return start == std::string::npos ? "no reason was given" : message.substr(start, message.find('\n', start) - start);
}

LoadedModule load_module(const std::string& path, const std::string& architecture, const std::string& state_key) {
    register_later_operations();
    torch::jit::setTensorExprFuserEnabled(false);  // for the whole process: forward() runs the operations that files name, one by one
    const FileStamp before(path);
    std::ifstream file = open_file(path);
    const std::string start = read_start(file, path);
    try {
        file.seekg(0);
        const std::string sha256 = stream_sha256(file);
        file.clear();
        std::optional<ZipArchive> archive;
        if (start.starts_with(zip_start)) archive.emplace(file, ZipArchive::Names::any);
        LoadedModule loaded = load_file({path, file, start, archive ? &*archive : nullptr}, {architecture, state_key});
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
        const std::string reason = first_line(error.what());
        constexpr std::string_view unknown = "Unknown builtin op: ";
        if (reason.starts_with(unknown))
            throw Error("\"" + path + "\" cannot be opened: it uses " + reason.substr(unknown.size(), reason.find('.') - unknown.size()) +
                        ", an operation that LibTorch " + libtorch_version() +
                        " of this system does not have; export the network as ONNX, or open it where LibTorch is newer.");
        throw Error("\"" + path + "\" cannot be opened, it may be damaged: export it again (" + reason + ").");
    }
}

LoadedModule load_module_again(const Network& network) {
    const ModelMetadata& metadata = network.metadata();
    LoadedModule loaded = load_module(network.path(), metadata.architecture, metadata.state_key);
    check_same_file(network, loaded.sha256);
    return loaded;
}

void check_same_file(const Network& network, const std::string& sha256) {
    if (sha256 == network.sha256()) return;
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
    const torch::jit::ExtraFilesMap extra{{metadata_record, to_json(metadata)}};
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
