// The deep networks of torchvision, and the forms that people train them in on small images: without the steps down at the beginning, with
// blocks joined in another way. Which of them a file's parameters belong to is read off their shapes and number as far as these tell. All
// end with a pooling of everything and take images of any size. Includes LibTorch.
#pragma once

#include "network/architectures/architectures.h"

namespace clipscope {

// ResNet-18, -34 (basic blocks) and -50 (bottlenecks, with the stride in the 3×3 convolution; He et al., 2016). `blocks`: of the four
// stages. torchvision's where the first convolution is 7×7 with stride 2; with a 3×3 of stride 1 there is no pooling behind it unless
// form.has_stem_pooling. Throws ArchitectureError where that is asked of a 7×7, which always has it.
Architecture make_wide_resnet(const std::vector<int>& blocks, bool has_bottlenecks, const ArchitectureForm& form,
                              std::optional<std::uint64_t> seed);

// Sandler et al., 2018: torchvision's, or with form.has_small_strides the one whose first two steps down are left out. Of 287 parameters
// and buffers it is the usual script's for CIFAR: that expands in its first block too, projects where a block of stride 1 changes the
// channels, has no bound on its activations and leaves out the same steps in any case.
Architecture make_mobilenet_v2(const ArchitectureForm& form, std::optional<std::uint64_t> seed);

// Huang et al., 2017. torchvision's where the first convolution is 7×7. Of torchvision's 606 parameters and buffers with a 3×3 first, that
// has stride 1 and no pooling behind it unless form.has_stem_pooling. Of fewer it is the form for small images without norm and pooling
// there, whose layers may put what they make first and whose transitions may lack their ReLU. Throws ArchitectureError where such a
// choice is asked of another form.
Architecture make_densenet121(const ArchitectureForm& form, std::optional<std::uint64_t> seed);

}  // namespace clipscope
