// Bounds as tensors that fit what a site puts out for several images. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include "protection/activation/site_protections.h"

namespace clipscope {

struct BoundTensors {
    at::Tensor low;  // undefined where the kind has no bounds
    at::Tensor high;
};

// With a dimension for the images before those of one image's values.
inline BoundTensors bound_tensors(const SiteBounds& bounds, at::Device device) {
    const auto tensor = [&](const std::vector<float>& numbers) {
        if (numbers.empty()) return at::Tensor();
        std::vector<std::int64_t> sizes = bounds.shape;
        if (!sizes.empty()) sizes.insert(sizes.begin(), 1);
        return at::tensor(numbers, at::kFloat).reshape(sizes).to(device);
    };
    return {tensor(bounds.low), tensor(bounds.high)};
}

}  // namespace clipscope
