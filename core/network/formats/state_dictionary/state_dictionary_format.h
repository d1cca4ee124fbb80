// What torch.save wrote, in either of its formats: a state dictionary or checkpoint, whose tensors go into a built-in architecture, or a
// whole module. Includes LibTorch.
#pragma once

#include "network/formats/model_format.h"
#include "network/formats/state_dictionary/state_dictionary.h"

namespace clipscope {

extern const ModelFormat state_dictionary_format;  // a zip archive
extern const ModelFormat old_torch_save_format;    // before PyTorch 1.6

// The network that the parameters belong to. Throws ArchitectureError and UsageError as match_architecture does.
LoadedModule load_parameters(const StoredState& state, const ModelRequest& request);

}  // namespace clipscope
