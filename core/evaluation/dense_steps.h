// Convolutions and linear layers as one dense matrix each, where that costs less: a convolution whose kernel is wider than its small input
// (3×3 on 2×2 with padding, say) multiplies mostly padding. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "evaluation/row_layout.h"
#include "evaluation/step_traits.h"

namespace clipscope {

// outputs = inputs · weightᵀ + bias over flattened values; sums are added up in another order than the step's own operation does.
struct DenseStep {
    at::Tensor weight;                       // outputs×inputs, packed (row_products.h)
    at::Tensor bias;                         // outputs; undefined where there is none
    std::vector<std::int64_t> output_shape;  // without the images' dimension
    std::int64_t multiplications = 0;        // an image

    at::Tensor run(const at::Tensor& values) const;
};

// By step. `layouts`: of the images' values by slot, nothing where they do not lie image by image. A convolution is taken only where every
// output position sees every input position, so that NaN and infinities reach exactly what they reach in the convolution itself.
std::map<std::size_t, DenseStep> pack_dense_steps(const Program& program, const std::vector<StepTraits>& traits,
                                                  const std::vector<std::optional<RowLayout>>& layouts);

}  // namespace clipscope
