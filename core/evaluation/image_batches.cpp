#include "evaluation/image_batches.h"

#include <algorithm>

namespace clipscope {

std::vector<ImageBatch> make_batches(const Dataset& dataset, const InputFormat& input, int chunk, at::Device device) {
    const ImageShape shape = prepared_shape(dataset, input);
    std::vector<ImageBatch> batches;
    for (std::size_t first = 0; first < dataset.size(); first += std::size_t(chunk)) {
        const std::size_t count = std::min(std::size_t(chunk), dataset.size() - first);
        ImageBatch batch{at::empty({std::int64_t(count), shape.channels, shape.height, shape.width}), {}};
        float* out = batch.images.data_ptr<float>();
        for (std::size_t i = 0; i < count; ++i) {
            prepare_image(dataset, first + i, input, {out + i * shape.pixels(), shape.pixels()});
            batch.labels.push_back(dataset.label(first + i));
        }
        batch.images = batch.images.to(device);
        batches.push_back(std::move(batch));
    }
    return batches;
}

}  // namespace clipscope
