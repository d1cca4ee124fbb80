// Tensors of files as LibTorch's. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include "network/formats/records/saved_object.h"
#include "network/formats/records/stored_tensor.h"

namespace clipscope {

at::ScalarType scalar_type(ElementType type);

// Floating-point ones in float32. Throws Error where the file ends too early.
at::Tensor load_tensor(const SavedObject& object, const StoredTensor& stored);

}  // namespace clipscope
