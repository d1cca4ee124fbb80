#include "network/formats/safetensors/safetensors_format.h"

#include "common/error.h"
#include "network/formats/records/loaded_tensor.h"
#include "network/formats/records/safetensors.h"
#include "network/formats/state_dictionary/state_dictionary_format.h"

namespace clipscope {

namespace {

bool recognises(const ModelFile& file) {
    return is_safetensors(file.start);
}

at::Tensor load_tensor(std::istream& file, const SafeTensor& stored) {
    const at::Tensor tensor = at::empty(stored.sizes, scalar_type(stored.type));
    read_safetensor(file, stored, std::span(static_cast<std::uint8_t*>(tensor.data_ptr()), stored.bytes));
    return tensor.is_floating_point() ? tensor.to(at::kFloat) : tensor;
}

LoadedModule load(const ModelFile& file, const ModelRequest& request) {
    StoredState state;
    for (const SafeTensor& stored : read_safetensors_header(file.stream))
        if (!is_no_parameter(stored.name)) state.tensors.emplace_back(stored.name, load_tensor(file.stream, stored));
    drop_wrappings(state.tensors);
    return load_parameters(state, request);
}

}  // namespace

const ModelFormat safetensors_format{"safetensors", recognises, load, true};

}  // namespace clipscope
