// What every job works on: a network, the images and how they enter it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "data/dataset.h"
#include "data/normalization.h"
#include "network/network.h"

namespace clipscope {

struct JobInputs {
    std::shared_ptr<const Network> network;
    Dataset images;  // the evaluation images, already selected
    InputFormat input;
    std::string model_name;  // as results name it
    std::string data_name;
};

// The input format of this network on these images: what the caller asked for, else what the model file says about itself. Throws
// UsageError where neither is there (ClipScope never guesses a normalisation), Error where the images cannot enter this network (channels,
// size).
InputFormat resolve_input_format(const Network& network, const Dataset& images, const std::optional<Normalization>& asked);

// What a file made of this network should say about itself: what its own file does, with the input as these images gave it.
ModelMetadata described(const JobInputs& inputs);

// "model.pt", "bundled:lenet5": how results name a model.
std::string model_label(const std::string& model);
// "Fashion-MNIST test", "CIFAR-10 test (data/cifar-10)": how results name the images of a folder, which is empty for the default.
std::string data_label(const std::string& data, const Dataset& dataset);

// A number of workers for `asked` = 0: the processor's cores.
int resolve_threads(int asked);

}  // namespace clipscope
