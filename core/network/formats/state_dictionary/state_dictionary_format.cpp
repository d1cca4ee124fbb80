#include "network/formats/state_dictionary/state_dictionary_format.h"

#include "network/architectures/architecture_match.h"
#include "network/formats/state_dictionary/state_dictionary.h"

namespace clipscope {

namespace {

bool recognises(const ModelFile& file) {
    return file.archive != nullptr && file.archive->has_one_folder();
}

LoadedModule load(const ModelFile& file, const ModelRequest& request) {
    const StoredState state = read_state_dictionary(*file.archive, request.state_key);
    MatchedArchitecture matched = match_architecture(state.tensors, request.architecture);
    ModelMetadata metadata;
    metadata.state_key = state.key;
    metadata.other_state_keys = state.other_keys;
    metadata.architecture = matched.name;
    metadata.input_shape = matched.input;
    return {std::move(matched.module), std::move(metadata), true, {}};
}

}  // namespace

const ModelFormat state_dictionary_format{"state dictionary", recognises, load};

}  // namespace clipscope
