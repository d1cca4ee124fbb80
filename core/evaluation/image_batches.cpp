#include "evaluation/image_batches.h"

#include <algorithm>

namespace clipscope {

PreparedImages::PreparedImages(const Dataset& dataset, const InputFormat& input, at::Device device, std::size_t most_bytes,
                               std::int64_t fixed_batch)
    : dataset_(dataset), input_(input), device_(device), shape_(prepared_shape(dataset, input)), fixed_batch_(fixed_batch) {
    for (std::size_t i = 0; i < dataset.size(); ++i) labels_.push_back(dataset.label(i));
    if (size() * shape_.pixels() * sizeof(float) <= most_bytes) kept_ = prepare({0, size()});
}

at::Tensor PreparedImages::prepare(const ImageRange& range) const {
    at::Tensor images = at::empty({std::int64_t(range.count), shape_.channels, shape_.height, shape_.width});
    float* out = images.data_ptr<float>();
    for (std::size_t i = 0; i < range.count; ++i)
        prepare_image(dataset_, range.first + i, input_, {out + i * shape_.pixels(), shape_.pixels()});
    return images.to(device_);
}

at::Tensor PreparedImages::range(const ImageRange& range) const {
    const at::Tensor images = kept_.defined() ? kept_.narrow(0, std::int64_t(range.first), std::int64_t(range.count)) : prepare(range);
    if (images.size(0) >= fixed_batch_ || range.count == 0) return images;
    std::vector<at::Tensor> filled(std::size_t(fixed_batch_ - images.size(0)), images.narrow(0, images.size(0) - 1, 1));
    filled.insert(filled.begin(), images);
    return at::cat(filled);
}

ImageBatch PreparedImages::batch(const ImageRange& images) const {
    const auto first = labels_.begin() + std::ptrdiff_t(images.first);
    return {range(images), {first, first + std::ptrdiff_t(images.count)}};
}

std::vector<ImageRange> split_into_ranges(std::size_t images, std::size_t images_a_range) {
    std::vector<ImageRange> ranges;
    for (std::size_t first = 0; first < images; first += images_a_range)
        ranges.push_back({first, std::min(images_a_range, images - first)});
    return ranges;
}

std::vector<ImageBatch> make_batches(const Dataset& dataset, const InputFormat& input, int chunk, at::Device device,
                                     std::int64_t fixed_batch) {
    const PreparedImages all(dataset, input, device, std::numeric_limits<std::size_t>::max(), fixed_batch);
    std::vector<ImageBatch> batches;
    for (const ImageRange& range : split_into_ranges(all.size(), std::size_t(chunk))) batches.push_back(all.batch(range));
    return batches;
}

}  // namespace clipscope
