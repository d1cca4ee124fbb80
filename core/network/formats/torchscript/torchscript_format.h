// TorchScript as torch.jit.save writes it: a zip archive with code and pickles. Nothing in it runs before its records and its code are
// judged, and no pass over its graph before its operations are. Includes LibTorch.
#pragma once

#include "network/formats/model_format.h"

namespace clipscope {

extern const ModelFormat torchscript_format;

}  // namespace clipscope
