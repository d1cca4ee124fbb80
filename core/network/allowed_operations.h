// The operations that a network may consist of: those that compute from their inputs alone. What reads or writes files, starts threads,
// prints, changes global state or belongs to a library that LibTorch does not bring along is not among them. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <string>

namespace clipscope {

// "aten::conv2d", "prim::If".
bool is_allowed_operation(const std::string& name);

// Goes through the graph of `forward` as it was loaded, nested blocks and called functions included, before any pass touches it. Throws
// Error with a clause that completes "PATH cannot be read: ..." and names the first operation that is not allowed, or where functions call
// themselves or would grow beyond every bound when they are inlined.
void check_operations(const torch::jit::Module& module);

}  // namespace clipscope
