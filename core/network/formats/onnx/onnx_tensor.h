// Tensors and element types of ONNX as LibTorch's. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include "network/formats/onnx/onnx_library.h"

namespace clipscope {

// In which an element type is computed: half precision as float32, which no processor's convolution lacks; unsigned integers that LibTorch
// has not as wider signed ones. Throws Error on types of no use to networks.
at::ScalarType scalar_type_of(int onnx_type);

// A tensor of its own, its values as they are stored. Throws Error where read_onnx would.
at::Tensor to_tensor(const onnx::TensorProto& stored);

// The other way round, for ONNX's shape inference: integers only.
onnx::TensorProto to_proto(const at::Tensor& integers);

}  // namespace clipscope
