// A state dictionary or checkpoint of torch.save, whose tensors go into a built-in architecture. Includes LibTorch.
#pragma once

#include "network/formats/model_format.h"

namespace clipscope {

extern const ModelFormat state_dictionary_format;

}  // namespace clipscope
