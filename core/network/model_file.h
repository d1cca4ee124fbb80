// Reads model files, which are programs, without trusting them, and writes TorchScript files with ClipScope's metadata inside. Includes
// LibTorch.
#pragma once

#include <torch/script.h>

#include <string>

#include "network/formats/model_format.h"
#include "network/network.h"

namespace clipscope {

// Opens a file of any of the formats in formats/model_formats.h, told by its content. A state dictionary goes into the built-in
// `architecture`, or where that is empty into the one its shapes belong to; of several in one checkpoint `state_key` names one. Throws
// Error (what, where, what to do), ArchitectureError where parameters fit no network; UsageError on an unknown architecture.
LoadedModule load_module(const std::string& path, const std::string& architecture = {}, const std::string& state_key = {});

// Reads the file of an open network once more. Throws Error where its bytes are no longer those that the network was read from, so that
// nothing found for one network is ever put on another.
LoadedModule load_module_again(const Network& network);

// Throws that Error where a file of this content is not the one that the network was read from.
void check_same_file(const Network& network, const std::string& sha256);

// Writes to a temporary file beside `path` and renames it, so that a full disk or a crash never leaves half a model. Throws Error.
void save_module(const torch::jit::Module& module, const ModelMetadata& metadata, const std::string& path);

// The part of LibTorch's many-line messages that people can read.
std::string first_line(const std::string& message);

}  // namespace clipscope
