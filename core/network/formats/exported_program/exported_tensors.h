// Loads the tensors of a .pt2 file. Those that share a record share memory, as weights that two layers share must. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <map>

#include "network/formats/exported_program/program_records.h"

namespace clipscope {

// PyTorch's type for torch.export's own number of it; nothing where it has none.
std::optional<at::ScalarType> scalar_type_of(std::int64_t exported);

class ExportedTensors {
public:
    // Throws Error with a clause that completes "PATH cannot be opened: ...".
    at::Tensor load(const LocatedTensor& located);

private:
    std::map<const ZipRecord*, at::Tensor> records_;  // their bytes
};

}  // namespace clipscope
