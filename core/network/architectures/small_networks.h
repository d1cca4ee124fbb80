// The small networks that people learn with: LeNet-5 and its relatives, layers of neurons, PyTorch's MNIST example. Their sizes are those
// of the file's parameters, as far as these are such a network's. Includes LibTorch.
#pragma once

#include "network/architectures/architectures.h"

namespace clipscope {

// Two 5×5 convolutions, each with an activation and a 2×2 pooling behind; perhaps a third that leaves one pixel (C5); linear layers. 28×28
// pixels where the first linear layer takes 4×4 of the last convolution's, else 32×32, or 28×28 with a padding of 2.
Architecture make_lenet5(const ArchitectureForm& form, std::optional<std::uint64_t> seed);

// Linear layers alone, with an activation between them.
Architecture make_mlp(const ArchitectureForm& form, std::optional<std::uint64_t> seed);

// github.com/pytorch/examples, mnist.
Architecture make_mnist_example(const ArchitectureForm& form, std::optional<std::uint64_t> seed);

}  // namespace clipscope
