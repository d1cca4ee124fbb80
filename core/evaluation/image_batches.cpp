#include "evaluation/image_batches.h"

#include <algorithm>

namespace clipscope {

ImageBatch prepare_images(const Dataset& dataset, const InputFormat& input, at::Device device) {
    const ImageShape shape = prepared_shape(dataset, input);
    ImageBatch all{at::empty({std::int64_t(dataset.size()), shape.channels, shape.height, shape.width}), {}};
    float* out = all.images.data_ptr<float>();
    for (std::size_t i = 0; i < dataset.size(); ++i) {
        prepare_image(dataset, i, input, {out + i * shape.pixels(), shape.pixels()});
        all.labels.push_back(dataset.label(i));
    }
    all.images = all.images.to(device);
    return all;
}

std::vector<ImageBatch> split_into_chunks(const ImageBatch& all, int chunk) {
    std::vector<ImageBatch> batches;
    for (std::size_t first = 0; first < all.labels.size(); first += std::size_t(chunk)) {
        const std::size_t count = std::min(std::size_t(chunk), all.labels.size() - first);
        const auto labels = all.labels.begin() + std::ptrdiff_t(first);
        batches.push_back({all.images.narrow(0, std::int64_t(first), std::int64_t(count)), {labels, labels + std::ptrdiff_t(count)}});
    }
    return batches;
}

std::vector<ImageBatch> make_batches(const Dataset& dataset, const InputFormat& input, int chunk, at::Device device) {
    return split_into_chunks(prepare_images(dataset, input, device), chunk);
}

}  // namespace clipscope
