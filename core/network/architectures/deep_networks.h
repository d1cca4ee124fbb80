// The deep networks of torchvision and their forms for 32×32 pixels. Includes LibTorch.
#pragma once

#include "network/architectures/architectures.h"

namespace clipscope {

// ResNet-18, -34 (basic blocks) and -50 (bottlenecks): torchvision's for 224×224 pixels where the first convolution is 7×7, else the one
// for 32×32 with a 3×3 convolution and no pooling behind it. `blocks`: of the four stages.
Architecture make_wide_resnet(const std::vector<int>& blocks, bool has_bottlenecks, const ArchitectureForm& form,
                              std::optional<std::uint64_t> seed);

// torchvision's; for 32×32 pixels the first two steps down are left out.
Architecture make_mobilenet_v2(const ArchitectureForm& form, std::optional<std::uint64_t> seed);

// torchvision's DenseNet-121, or where the first convolution is 3×3 the one for 32×32 pixels, without norm and pooling behind it.
Architecture make_densenet121(const ArchitectureForm& form, std::optional<std::uint64_t> seed);

}  // namespace clipscope
