// No LibTorch header.
#pragma once

#include <string>

namespace clipscope {

// What decides about the last bits of results on a processor: the vector instructions that LibTorch uses ("AVX2"), and what oneDNN and
// OpenBLAS choose theirs by, which is the model, what it can, and the variables that limit them: "AVX2, Intel Xeon, avx2, avx512f".
std::string vector_instructions();

}  // namespace clipscope
