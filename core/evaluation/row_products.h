// Matrix products with a stored matrix (linear layers and their kin) in a form whose rows do not depend on how many other rows there are: a
// matrix library sums up the last rows of a product in another order than those before, so that an image's values would change in their
// last bits with the images that happen to stand beside it. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <cstddef>
#include <optional>
#include <vector>

#include "network/program.h"

namespace clipscope {

// values (…×I) · weightᵀ (O×I) + bias (O, or undefined), over rows that are filled up to whole blocks, so many at a time that a
// library has no reason to take another kernel. `weight` may be what pack_matrix() made of it.
at::Tensor multiply_rows(const at::Tensor& values, const at::Tensor& weight, const at::Tensor& bias);

// A matrix O×I for many products, where oneDNN runs them: in its layout, with more columns where that is faster.
at::Tensor pack_matrix(const at::Tensor& weight);

// Where a step is such a product of the images' values and a stored matrix.
struct RowProduct {
    std::size_t values = 0;  // the step's inputs of this index
    std::size_t matrix = 0;
    std::optional<std::size_t> bias;
    bool is_transposed = false;  // the matrix is I×O

    // Computes the step's output in a frame that holds its inputs; by its own operation where these are no float32 values and matrix.
    void run(const Step& step, Frame& frame) const;
};

// `batch_slots`: by slot, whether it depends on the images.
std::optional<RowProduct> find_row_product(const Program& program, const Step& step, const std::vector<bool>& batch_slots);

}  // namespace clipscope
