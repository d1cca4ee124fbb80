// Functions of single values whose kernels compute the last few values of a tensor, which fill no whole vector of the processor, by another
// routine than the rest (exp of a vector and exp of a number differ in their last bit): an image's values would depend on where in a pass
// it stands. Includes LibTorch.
#pragma once

#include "network/program.h"

namespace clipscope {

// Whether the step applies such a function (sigmoid, SiLU, ELU, exp, ...).
bool has_vector_kernel(const Step& step);

// Runs it, on a frame that holds its inputs, over values filled up to whole vectors; its output lies as its input does.
void run_on_whole_vectors(const Step& step, Frame& frame);

}  // namespace clipscope
