// No LibTorch header.
#pragma once

#include <string>

namespace clipscope {

// The processor's vector instructions that LibTorch uses, "AVX2".
std::string vector_instructions();

}  // namespace clipscope
