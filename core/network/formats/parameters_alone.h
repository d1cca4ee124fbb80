// Whether a file may hold parameters without saying what network they belong to. No LibTorch.
#pragma once

#include <string>

namespace clipscope {

// By its first bytes and its directory alone, which takes no time; false where it cannot be read.
bool may_be_parameters_alone(const std::string& path);

}  // namespace clipscope
