// Reads and writes TorchScript files with ClipScope's metadata inside. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <string>

#include "network/network.h"

namespace clipscope {

struct LoadedModule {
    torch::jit::Module module;
    ModelMetadata metadata;
};

// Throws Error (what, where, what to do).
LoadedModule load_module(const std::string& path);

// Writes to a temporary file beside `path` and renames it, so that a full disk or a crash never leaves half a model. Throws Error.
void save_module(const torch::jit::Module& module, const ModelMetadata& metadata, const std::string& path);

// The part of LibTorch's many-line messages that people can read.
std::string first_line(const std::string& message);

}  // namespace clipscope
