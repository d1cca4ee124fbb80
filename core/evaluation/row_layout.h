// How a value of many images lies in memory when each image has a dense piece of its own, one behind the other (dimension 0 outermost),
// whatever order the other dimensions have within a piece: contiguous, channels last, transposed. Such values can be cut into images, put
// together again and compared byte by byte, and stay laid out as the operation that made them left them. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace clipscope {

struct RowLayout {
    std::vector<std::int64_t> shape;    // of one image's piece: dimensions 1, 2, ...
    std::vector<std::int64_t> strides;  // likewise, in elements
    std::int64_t elements = 1;          // in one piece
    at::ScalarType type = at::kFloat;

    std::size_t bytes() const { return std::size_t(elements) * c10::elementSize(type); }
    // The shape of a value of so many images, and the strides it has in this layout.
    std::vector<std::int64_t> shape_of(std::int64_t images) const;
    // Strides of dimensions of one element may differ between values that lie alike; they are kept all the same, for LibTorch chooses
    // kernels by them.
    friend bool operator==(const RowLayout& one, const RowLayout& other);
};

// The layout of a value with at least one dimension; nothing where its images are not dense pieces one behind the other (expanded values,
// slices, dimension 0 moved inwards).
std::optional<RowLayout> row_layout(const at::Tensor& values);

// Whether images' pieces can be read as float32 numbers one behind the other.
bool has_float_rows(const at::Tensor& values);

at::Tensor empty_rows(const RowLayout& layout, std::int64_t images, at::Device device);

// The values themselves where they have a row layout, else a contiguous copy.
at::Tensor with_rows(const at::Tensor& values);

// The same memory in another layout of as many images and numbers.
at::Tensor view_rows(const at::Tensor& values, const RowLayout& layout);

// A copy of these images, in the same layout.
at::Tensor select_rows(const at::Tensor& values, const at::Tensor& images);

// Values one behind the other, in the first one's layout or this one. At least one.
at::Tensor join_rows(const std::vector<at::Tensor>& values);
at::Tensor join_rows(const std::vector<at::Tensor>& values, const RowLayout& layout);

}  // namespace clipscope
