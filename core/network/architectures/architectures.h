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
    std::size_t tensors = 0;  // parameters and buffers that are to go into it; 0: the usual
    // What no shape tells.
    std::string activation = "relu";   // LeNet-5, MLP: or "tanh", "sigmoid", of an MLP "none"
    bool has_average_pooling = false;  // LeNet-5
    bool is_newest_first = false;      // DenseNet: a layer puts what it makes before what it got, not behind it
    bool has_bare_transitions = false; // DenseNet: without a ReLU between the blocks
    bool has_stem_pooling = false;     // ResNet-18 to -50, DenseNet, with a 3×3 convolution first: a pooling behind that
    bool has_small_strides = false;    // MobileNetV2: for small images, which the first layers leave at their size
    int size = 0;                      // pixels of the images' sides where several are possible; 0: the usual
};

struct Architecture {
    torch::jit::Module module;
    std::optional<ImageShape> input;  // of the images; nothing where it takes any size, as those with a pooling of everything at the end do
};

// Whether so many parameters and buffers can be those of this architecture, as far as that is known before it is built.
bool may_have_tensors(const std::string& name, std::size_t count);

// By name: lenet5; mlp; mnist_example; alexnet (5 CONV + 3 FC); vgg11, 13, 16 and 19 (Simonyan and Zisserman, 2015, with 1 FC), "_bn" with
// batch norm; resnet20, 32, 44, 56 and 110 (He et al., 2016, section 4.2); resnet18, 34 and 50, mobilenet_v2 and densenet121 (torchvision's, and
// their forms for small images); with what no shape tells in brackets.
// Without a seed the parameters are left to be filled. Throws UsageError on another name, ArchitectureError (a clause, as
// match_architecture's) where the form allows no such choice.
Architecture build_architecture(const std::string& name, ArchitectureForm form, std::optional<std::uint64_t> seed);

// For images of 32×32 pixels. Throws UsageError, too, where the images have another size.
torch::jit::Module make_architecture(const std::string& name, ImageShape input, int classes, std::uint64_t seed);

}  // namespace clipscope
