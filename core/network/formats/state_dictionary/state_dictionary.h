// Parameters without a network, as torch.save writes them: a state dictionary, alone or inside a training checkpoint, read without running
// anything. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <string>
#include <utility>
#include <vector>

#include "network/formats/records/saved_object.h"

namespace clipscope {

// Names and tensors in the file's order; floating-point ones in float32.
using StateDictionary = std::vector<std::pair<std::string, at::Tensor>>;

struct StoredState {
    StateDictionary tensors;
    std::string key;                      // where it lay, "state_dict", "checkpoint/model"; empty: at the top
    std::vector<std::string> other_keys;  // where others lie, "state_dict_ema"
};

// Whether a pickle of parameters may name it: what stands for tensors, and what checkpoints hold beside them.
bool is_state_global(const std::string& global);

// Whether an entry of this name counts something and is no parameter: "total_ops" of a profiler, "n_averaged".
bool is_no_parameter(const std::string& name);

// Leaves such entries out and drops the prefixes that wrappers add to all names: "module." of training on several devices.
void drop_wrappings(StateDictionary& state);

// Finds the dictionary at the top or under "state_dict", "model", "net" and the like, or, where `key` is not empty, under that name,
// without what wraps it. Throws Error with a clause that completes "PATH cannot be opened: ...", also where there are several and none
// under a usual name.
StoredState read_state_dictionary(const SavedObject& object, const std::string& key = {});

}  // namespace clipscope
