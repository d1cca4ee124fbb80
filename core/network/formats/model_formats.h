// All kinds of model files that ClipScope knows, those that it can only name included. Includes LibTorch.
#pragma once

#include <span>

#include "network/formats/model_format.h"

namespace clipscope {

// In the order in which they are tried; the first that recognises a file gets it.
std::span<const ModelFormat> model_formats();

}  // namespace clipscope
