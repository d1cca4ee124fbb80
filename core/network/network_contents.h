// What a Network holds. Includes LibTorch.
#pragma once

#include <string>
#include <vector>

#include "network/layer_finder.h"
#include "network/network.h"
#include "network/parameter_codec.h"
#include "network/program.h"

namespace clipscope {

struct Network::Contents {
    explicit Contents(const torch::jit::Module& module) : program(module), structure(find_layers_and_sites(program)) {}

    void keep_codecs(const LoadedModule& loaded);  // of parameters that the file stores in a format of its own
    void note_parts();                             // what the structure says of them

    std::string name;
    std::string path;
    std::string sha256;
    ModelMetadata metadata;
    std::int64_t parameter_count = 0;
    Coverage coverage;
    MemoryModel memory;
    std::vector<ParameterCodec> codecs;  // by index into Program::tensors(); empty: float32 all of them
    std::vector<LayerInfo> parts;
    std::vector<LayerInfo> layers;  // the first of them
    std::vector<SiteInfo> sites;
    Program program;
    FoundStructure structure;
};

}  // namespace clipscope
