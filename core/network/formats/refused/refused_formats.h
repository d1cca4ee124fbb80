// Files that ClipScope does not open: a sentence each that says what they are and what to do instead. Includes LibTorch.
#pragma once

#include "network/formats/model_format.h"

namespace clipscope {

extern const ModelFormat mobile_format;      // TorchScript optimised for phones
extern const ModelFormat other_file_format;  // no network of PyTorch's at all, told by its first bytes

}  // namespace clipscope
