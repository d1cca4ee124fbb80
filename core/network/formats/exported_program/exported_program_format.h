// Networks that torch.export.save() wrote (.pt2), in both of its layouts. Includes LibTorch.
#pragma once

#include "network/formats/model_format.h"

namespace clipscope {

extern const ModelFormat exported_program_format;

}  // namespace clipscope
