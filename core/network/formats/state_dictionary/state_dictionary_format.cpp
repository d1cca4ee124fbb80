#include "network/formats/state_dictionary/state_dictionary_format.h"

#include <functional>

#include "network/architectures/architecture_match.h"
#include "network/formats/state_dictionary/state_dictionary.h"
#include "network/formats/whole_module/whole_module.h"

namespace clipscope {

namespace {

using Open = std::function<SavedObject(const SavedObject::IsAllowed& is_allowed)>;

LoadedModule load(const Open& open, const ModelRequest& request) {
    // Classes are names here and nothing more: which of them a whole module may have is judged by its reader.
    if (request.state_key.empty()) {
        const SavedObject object = open([](const std::string&) { return true; });
        if (const PickleNode* module = whole_module_in(object.tree())) return load_whole_module(object, *module, request);
    }
    return load_parameters(read_state_dictionary(open(is_state_global), request.state_key), request);
}

bool is_archive(const ModelFile& file) {
    return file.archive != nullptr && is_torch_save(*file.archive);
}

LoadedModule load_archive(const ModelFile& file, const ModelRequest& request) {
    return load([&](const auto& is_allowed) { return SavedObject(*file.archive, is_allowed); }, request);
}

bool is_old_format(const ModelFile& file) {
    return is_old_torch_save(file.start);
}

LoadedModule load_old_format(const ModelFile& file, const ModelRequest& request) {
    return load([&](const auto& is_allowed) { return SavedObject(file.stream, is_allowed); }, request);
}

}  // namespace

LoadedModule load_parameters(const StoredState& state, const ModelRequest& request) {
    MatchedArchitecture matched = match_architecture(state.tensors, request.architecture);
    ModelMetadata metadata;
    metadata.state_key = state.key;
    metadata.other_state_keys = state.other_keys;
    metadata.architecture = matched.name;
    metadata.input_shape = matched.input;
    return {std::move(matched.module), std::move(metadata), true, {}};
}

const ModelFormat state_dictionary_format{"state dictionary", is_archive, load_archive, true, true};
const ModelFormat old_torch_save_format{"torch.save before PyTorch 1.6", is_old_format, load_old_format, true, true};

}  // namespace clipscope
