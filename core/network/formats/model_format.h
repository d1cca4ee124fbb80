// What a kind of model file is to ClipScope: how it is told from others, by content alone, and how it becomes a network. Each format has a
// folder beside this file and a line in model_formats.cpp. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <cstddef>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>

#include "archives/zip_archive.h"
#include "network/network.h"
#include "network/parameter_codec.h"

namespace clipscope {

// A network as every format delivers it: a module whose forward takes one batch of images N×C×H×W, with parameters and buffers at the
// author's own paths.
struct LoadedModule {
    torch::jit::Module module;
    ModelMetadata metadata;
    bool is_state_dictionary = false;                   // parameters alone, put into a built-in architecture
    std::string sha256;                                 // of the bytes that were read; load_module fills it in
    std::map<std::string, ParameterCodec> codecs = {};  // by path, of parameters that the file stores in a format of its own
};

inline constexpr std::size_t file_start_bytes = 4096;
inline constexpr std::string_view zip_start = "PK\3\4";

// An open file, not trusted.
struct ModelFile {
    const std::string& path;
    std::istream& stream;       // readable and seekable; anywhere
    std::string_view start;     // its first bytes, at most file_start_bytes
    const ZipArchive* archive;  // where it is a zip archive; null elsewhere
};

// Which of what a file holds is wanted.
struct ModelRequest {
    std::string architecture;  // of a state dictionary: the built-in one it goes into; empty: the one it fits
    std::string state_key;     // of a checkpoint with several; empty: the one under a usual name
};

struct ModelFormat {
    std::string_view name;  // for people: "TorchScript"
    bool (*recognises)(const ModelFile& file);
    // Runs nothing of the file's before it is judged. Throws Error with a clause that completes "PATH cannot be opened: ...", UsageError
    // where the request cannot be met.
    LoadedModule (*load)(const ModelFile& file, const ModelRequest& request);
    bool is_parameters = false;    // a file may hold parameters alone, which say nothing of the network between them
    bool takes_state_key = false;  // and several sets of them
};

}  // namespace clipscope
