// Images as the network sees them, in chunks, on the device. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "data/dataset.h"
#include "data/normalization.h"

namespace clipscope {

struct ImageBatch {
    at::Tensor images;                 // N×C×H×W float32, normalised
    std::vector<std::int32_t> labels;  // N
};

// Images that are evaluated together: first, first + 1, ...
struct ImageRange {
    std::size_t first = 0;
    std::size_t count = 0;

    std::size_t end() const { return first + count; }
    friend bool operator==(const ImageRange&, const ImageRange&) = default;
};

// All images of a dataset, in its order. Kept as the network sees them where that takes little memory, else made anew whenever they are
// asked for: the same numbers either way. May be read from any thread.
class PreparedImages {
public:
    // `most_bytes`: what the images may take on the device to be kept. `fixed_batch`: the images that every range has for a network that takes
    // so many and no others, the last image again and again where there are fewer; 0: those asked for. Throws what prepare_image() throws.
    PreparedImages(const Dataset& dataset, const InputFormat& input, at::Device device, std::size_t most_bytes,
                   std::int64_t fixed_batch = 0);

    std::size_t size() const { return labels_.size(); }
    const std::vector<std::int32_t>& labels() const { return labels_; }
    const ImageShape& shape() const { return shape_; }
    // All of them, or undefined where they are not kept.
    const at::Tensor& kept() const { return kept_; }

    // N×C×H×W on the device; a view where they are kept. Throws what prepare_image() throws.
    at::Tensor range(const ImageRange& range) const;
    ImageBatch batch(const ImageRange& range) const;  // labels of those asked for

private:
    at::Tensor prepare(const ImageRange& range) const;

    Dataset dataset_;
    InputFormat input_;
    at::Device device_;
    ImageShape shape_;
    std::vector<std::int32_t> labels_;
    std::int64_t fixed_batch_;
    at::Tensor kept_;
};

// Ranges of `images_a_range` images; the last may be smaller.
std::vector<ImageRange> split_into_ranges(std::size_t images, std::size_t images_a_range);

// All images in chunks, kept; `fixed_batch` as above.
std::vector<ImageBatch> make_batches(const Dataset& dataset, const InputFormat& input, int chunk, at::Device device,
                                     std::int64_t fixed_batch = 0);

}  // namespace clipscope
