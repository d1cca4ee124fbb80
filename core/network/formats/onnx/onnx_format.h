// ONNX: networks as exporters of every framework write them, and onnxruntime's quantised ones. Includes LibTorch.
#pragma once

#include "network/formats/model_format.h"

namespace clipscope {

extern const ModelFormat onnx_format;

}  // namespace clipscope
