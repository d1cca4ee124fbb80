// Where networks run, and how: so that the same job gives the same bits on the same device (method.md, "Determinism"). Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <string>

#include "evaluation/vector_instructions.h"

namespace clipscope {

// "auto" (a GPU where LibTorch can use one), "cpu", "cuda:0". Throws UsageError where there is no such device.
at::Device choose_device(const std::string& name);

// For the whole process, to be called before anything runs there, from any thread: a GPU multiplies in full float32 (no TF32) and by
// deterministic algorithms where there are some, which LibTorch does not do by itself. The processor needs nothing.
void make_deterministic(at::Device device);

// "CPU"; "cuda:0, NVIDIA H100 PCIe, TF32 off, deterministic".
std::string describe_device(at::Device device);

}  // namespace clipscope
