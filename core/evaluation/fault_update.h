// Adds to a layer's clean output what a few faulty weights change about it: one multiplication for each faulty element and each output
// position that it reaches, instead of whole rows of the weight. Includes LibTorch.
#pragma once

#include "evaluation/fault_injector.h"
#include "network/program.h"

namespace clipscope {

// Where a convolution's weight element meets its input, or a linear layer's.
struct LayerGeometry {
    bool is_convolution = false;
    std::int64_t stride[2] = {1, 1};
    std::int64_t padding[2] = {0, 0};
    std::int64_t dilation[2] = {1, 1};
};

// Of a step of one group; nothing where its arguments are not constant or it has other than two spatial dimensions.
std::optional<LayerGeometry> find_geometry(const Program& program, const Step& step);

// output += (faulty weight - clean weight) * input + (faulty bias - clean bias), element by element. `output`: N×O×… contiguous, of all
// output channels, or where `rows` is not empty of these alone, which hold every faulty element; `input`: N×I×… contiguous, whole and
// finite. `weight` and `bias` may be null. Sums are added up in another order than the layer's own operation does. Returns the
// multiplications.
std::uint64_t add_fault_update(const LayerGeometry& geometry, const FaultyParameter* weight, const FaultyParameter* bias,
                               const at::Tensor& input, const std::vector<std::int64_t>& rows, at::Tensor& output);

}  // namespace clipscope
