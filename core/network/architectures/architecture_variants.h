// The names of the built-in architectures. In brackets behind a name stands what no shape of a parameter tells, where it is not the usual:
// "lenet5[tanh,average]". No LibTorch.
#pragma once

#include <string>
#include <vector>

namespace clipscope {

// Without what stands in brackets.
const std::vector<std::string>& known_architectures();

// All that parameters of the same shapes may belong to, the usual first: "lenet5", "lenet5[28]", "lenet5[average]", ... Some of them may
// not fit. A name that is not known alone.
std::vector<std::string> architecture_variants(const std::string& name);

}  // namespace clipscope
