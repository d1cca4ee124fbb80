// A whole module as torch.save(model) pickles it: its classes by name, its attributes and its tensors, but not what it computes. Where
// every class is torch.nn's and what holds others runs them one after the other, the network is made again from the attributes; elsewhere
// its parameters are offered to the built-in architectures. No code of the pickle runs. Includes LibTorch.
#pragma once

#include "network/formats/model_format.h"
#include "network/formats/records/saved_object.h"

namespace clipscope {

// The module that the pickle is, or that a checkpoint in it holds; null where there is none.
const PickleNode* whole_module_in(const PickleTree& tree);

// Throws Error with a clause that completes "PATH cannot be opened: ..." and names the class whose code would be needed, ArchitectureError
// where its parameters fit no built-in architecture; UsageError as match_architecture does.
LoadedModule load_whole_module(const SavedObject& object, const PickleNode& module, const ModelRequest& request);

}  // namespace clipscope
