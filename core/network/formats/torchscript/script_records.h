// The records of a TorchScript archive, apart from its code, judged before LibTorch reads one of them: of those that it asks for only what
// torch.jit.save writes, only pickles of tensors, numbers, texts and objects of the archive's own classes. What it never asks for may be
// there and is ignored here too. No LibTorch.
#pragma once

#include <string>
#include <unordered_set>

#include "archives/zip_archive.h"

namespace clipscope {

// constants.pkl is what tells TorchScript from torch.save.
bool is_torchscript(const ZipArchive& archive);

// `classes` are those that the archive's code defines: "__torch__.torch.nn.modules.conv.Conv2d". Throws Error with a clause that completes
// "PATH cannot be read: ..." and names what is refused.
void check_script_records(const ZipArchive& archive, const std::unordered_set<std::string>& classes);

}  // namespace clipscope
