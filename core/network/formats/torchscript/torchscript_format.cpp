#include "network/formats/torchscript/torchscript_format.h"

#include <istream>

#include "common/error.h"
#include "network/allowed_operations.h"
#include "network/export_script.h"
#include "network/formats/torchscript/code_check.h"
#include "network/formats/torchscript/frozen_constants.h"
#include "network/formats/torchscript/script_records.h"
#include "network/model_metadata.h"

namespace clipscope {

namespace {

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

bool recognises(const ModelFile& file) {
    return file.archive != nullptr && is_torchscript(*file.archive);
}

LoadedModule load(const ModelFile& file, const ModelRequest&) {
    check_script_records(*file.archive, check_code(*file.archive));
    file.stream.clear();
    file.stream.seekg(0);
    torch::jit::ExtraFilesMap extra{{metadata_record, ""}};
    torch::jit::Module module = torch::jit::load(file.stream, at::kCPU, extra);
    if (!module.find_method("forward"))
        throw Error(
            "it holds parameters without a forward(), as torch::save of C++ writes them, and their network is in that program; build "
            "the same network in Python and " +
            std::string(save_with_export_script));
    check_operations(module);
    name_frozen_parameters(module);
    ModelMetadata metadata = metadata_from_json(extra[metadata_record]);
    metadata.stored_as = compute_in_float32(module);
    return {std::move(module), std::move(metadata), false, {}};
}

}  // namespace

const ModelFormat torchscript_format{"TorchScript", recognises, load};

}  // namespace clipscope
