// The built-in architectures for images of 32×32 pixels, as TorchScript modules in training mode. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <cstdint>
#include <optional>
#include <string>

#include "data/dataset.h"

namespace clipscope {

// Forms that files of one architecture come in.
struct ArchitectureForm {
    int channels = 3;
    int classes = 10;
    bool has_projections = false;      // ResNet: 1×1 convolutions on the shortcuts that change size, instead of padding
    bool has_convolution_bias = true;  // VGG with batch norm
};

// LeNet-5; AlexNet (5 CONV + 3 FC); VGG-11 and VGG-16 (8 and 13 CONV + 1 FC; Simonyan and Zisserman, 2015), "_bn" with batch norm;
// ResNet-20, -32 and -56 (He et al., 2016, section 4.2). Without a seed the parameters are left to be filled. Throws UsageError on another
// name.
torch::jit::Module make_architecture(const std::string& name, const ArchitectureForm& form, std::optional<std::uint64_t> seed);

// Throws UsageError, too, where the images have another size.
torch::jit::Module make_architecture(const std::string& name, ImageShape input, int classes, std::uint64_t seed);

}  // namespace clipscope
