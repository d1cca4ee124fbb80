// The code inside a TorchScript archive, judged before LibTorch compiles it. LibTorch runs __setstate__ while it loads a file, evaluates
// default arguments and class constants, and computes constants of texts and numbers while it compiles: so the first are refused, the
// second must be plain values, and only allowed operations may be called anywhere. Includes LibTorch.
#pragma once

#include <string>
#include <unordered_set>

#include "archives/zip_archive.h"

namespace clipscope {

// Returns the classes that the code defines, "__torch__.torch.nn.modules.conv.Conv2d". Throws Error with a clause that completes "PATH
// cannot be read: ..." and names what is refused.
std::unordered_set<std::string> check_code(const ZipArchive& archive);

}  // namespace clipscope
