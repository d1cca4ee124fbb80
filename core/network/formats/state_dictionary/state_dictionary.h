// Parameters without a network, as torch.save writes them: a state dictionary, alone or inside a training checkpoint, read without running
// anything. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <string>
#include <utility>
#include <vector>

#include "network/formats/records/zip_archive.h"

namespace clipscope {

// Names and tensors in the file's order; floating-point ones in float32.
using StateDictionary = std::vector<std::pair<std::string, at::Tensor>>;

struct StoredState {
    StateDictionary tensors;
    std::string key;                      // where it lay, "state_dict", "checkpoint/model"; empty: at the top
    std::vector<std::string> other_keys;  // where others lie, "state_dict_ema"
};

// Finds the dictionary at the top or under "state_dict", "model", "net" and the like, or, where `key` is not empty, under that name, and
// drops the prefix "module." that training on several devices leaves. Throws Error with a clause that completes "PATH cannot be opened:
// ...", also where there are several and none under a usual name.
StoredState read_state_dictionary(const ZipArchive& archive, const std::string& key = {});

}  // namespace clipscope
