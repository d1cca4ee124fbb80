// Headers of libonnx, included here alone: they ask for two settings, which must be those that the library was built with. No LibTorch.
#pragma once

#define ONNX_NAMESPACE onnx
#define ONNX_ML 1

#include <onnx/checker.h>
#include <onnx/defs/schema.h>
#include <onnx/defs/shape_inference.h>
#include <onnx/onnx_pb.h>
