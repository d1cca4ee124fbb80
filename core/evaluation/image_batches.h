// Images as the network sees them, in chunks, on the device. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <cstdint>
#include <vector>

#include "data/dataset.h"
#include "data/normalization.h"

namespace clipscope {

struct ImageBatch {
    at::Tensor images;                 // N×C×H×W float32, normalised
    std::vector<std::int32_t> labels;  // N
};

// Chunks of `chunk` images in the dataset's order; the last may be smaller. Throws what prepare_image() throws.
std::vector<ImageBatch> make_batches(const Dataset& dataset, const InputFormat& input, int chunk, at::Device device);

}  // namespace clipscope
