// Parameters alone, in the safetensors format; they go into a built-in architecture. Includes LibTorch.
#pragma once

#include "network/formats/model_format.h"

namespace clipscope {

extern const ModelFormat safetensors_format;

}  // namespace clipscope
