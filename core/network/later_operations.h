// Operations that files of newer versions of LibTorch use and the LibTorch of this build lacks, composed of those it has. Includes
// LibTorch.
#pragma once

#include <torch/script.h>

namespace clipscope {

// Makes them known to LibTorch's parser and executor; calls after the first do nothing. Any thread.
void register_later_operations();

// Those of them whose arguments allow it are replaced by the operations they are composed of, which the engine updates one by one: the same
// values, bit for bit. Nothing changes where this LibTorch has an operation itself.
void expand_later_operations(torch::jit::Graph& graph);

}  // namespace clipscope
