// The built-in architectures, as TorchScript modules in training mode. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "network/architectures/architecture_variants.h"

namespace clipscope {

// Forms that files of one architecture come in.
struct ArchitectureForm {
    int channels = 3;
    int classes = 10;
    bool has_projections = false;      // ResNet: 1×1 convolutions on the shortcuts that change size, instead of padding
    bool has_convolution_bias = true;  // VGG with batch norm
    // Of the weights of two dimensions and more that are to go into it, in order; empty: the usual ones.
    std::vector<std::vector<std::int64_t>> shapes;
    // What no shape tells.
    std::string activation = "relu";   // LeNet-5, MLP: or "tanh", "sigmoid", of an MLP "none"
    bool has_average_pooling = false;  // LeNet-5
    bool is_newest_first = false;      // DenseNet: in which order a layer joins what it got and what it made
    int size = 0;                      // pixels of the images' sides where several are possible; 0: the usual
};

struct Architecture {
    torch::jit::Module module;
    ImageShape input;
};

// Whether so many parameters and buffers can be those of this architecture, as far as that is known before it is built.
bool may_have_tensors(const std::string& name, std::size_t count);

// By name: lenet5; mlp; mnist_example; alexnet (5 CONV + 3 FC); vgg11, 13, 16 and 19 (Simonyan and Zisserman, 2015, with 1 FC), "_bn" with
// batch norm; resnet20, 32, 44, 56 and 110 (He et al., 2016, section 4.2); with what no
// shape tells in brackets.
// Without a seed the parameters are left to be filled. Throws UsageError on another name.
Architecture build_architecture(const std::string& name, ArchitectureForm form, std::optional<std::uint64_t> seed);

// For images of 32×32 pixels. Throws UsageError, too, where the images have another size.
torch::jit::Module make_architecture(const std::string& name, ImageShape input, int classes, std::uint64_t seed);

}  // namespace clipscope
