// Parameters without a network, as torch.save writes them: a state dictionary, alone or inside a training checkpoint, read without running
// anything. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <string>
#include <utility>
#include <vector>

#include "network/zip_archive.h"

namespace clipscope {

// Names and tensors in the file's order; floating-point ones in float32.
using StateDictionary = std::vector<std::pair<std::string, at::Tensor>>;

// Finds the dictionary at the top or under "state_dict", "model", "net" and the like, and drops the prefix "module." that training on
// several devices leaves. Throws Error with a clause that completes "PATH cannot be opened: ...".
StateDictionary read_state_dictionary(const ZipArchive& archive);

}  // namespace clipscope
