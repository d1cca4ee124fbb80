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

// All images in the dataset's order. Throws what prepare_image() throws.
ImageBatch prepare_images(const Dataset& dataset, const InputFormat& input, at::Device device);

// Chunks of `chunk` images, views of `all`; the last may be smaller.
std::vector<ImageBatch> split_into_chunks(const ImageBatch& all, int chunk);

// Both in one.
std::vector<ImageBatch> make_batches(const Dataset& dataset, const InputFormat& input, int chunk, at::Device device);

}  // namespace clipscope
