// Files that ClipScope does not open: a sentence each that says what they are and what to do instead. Includes LibTorch.
#pragma once

#include "network/formats/model_format.h"

namespace clipscope {

extern const ModelFormat old_torch_save_format;  // torch.save before PyTorch 1.6

}  // namespace clipscope
