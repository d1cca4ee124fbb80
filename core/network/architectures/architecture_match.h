// Finds the built-in architecture that a state dictionary belongs to, and puts its tensors there. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <optional>
#include <string>

#include "data/dataset.h"
#include "network/formats/state_dictionary/state_dictionary.h"

namespace clipscope {

struct MatchedArchitecture {
    std::string name;  // "resnet20"
    std::optional<ImageShape> input;  // of the images; nothing where it takes any size
    torch::jit::Module module;
};

// Tensors belong together by name, or else by their order and shapes, since names differ from one script to another ("fc", "linear").
// Channels and classes are the file's. `architecture`: only this one; empty: the one that fits. Throws ArchitectureError with a clause that completes
// "PATH cannot be opened: ..." and lists, by name and shape, what cannot be mapped; UsageError on an unknown architecture.
MatchedArchitecture match_architecture(const StateDictionary& state, const std::string& architecture);

}  // namespace clipscope
