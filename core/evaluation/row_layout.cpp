#include "evaluation/row_layout.h"

namespace clipscope {

namespace {

// The pieces as rows of a matrix: the same memory.
at::Tensor as_matrix(const at::Tensor& values, std::int64_t elements) {
    return values.as_strided({values.size(0), elements}, {elements, 1});
}

std::vector<std::int64_t> strides_of(const RowLayout& layout) {
    std::vector<std::int64_t> strides{std::max<std::int64_t>(layout.elements, 1)};
    strides.insert(strides.end(), layout.strides.begin(), layout.strides.end());
    return strides;
}

}  // namespace

bool operator==(const RowLayout& one, const RowLayout& other) {
    if (one.shape != other.shape || one.type != other.type) return false;
    for (std::size_t i = 0; i < one.shape.size(); ++i)
        if (one.shape[i] != 1 && one.strides[i] != other.strides[i]) return false;
    return true;
}

std::vector<std::int64_t> RowLayout::shape_of(std::int64_t images) const {
    std::vector<std::int64_t> whole{images};
    whole.insert(whole.end(), shape.begin(), shape.end());
    return whole;
}

std::optional<RowLayout> row_layout(const at::Tensor& values) {
    if (values.dim() == 0 || values.layout() != at::kStrided) return std::nullopt;
    RowLayout layout{values.sizes().slice(1).vec(), values.strides().slice(1).vec(), 1, values.scalar_type()};
    for (const std::int64_t size : layout.shape) layout.elements *= size;
    if (values.size(0) > 1 && values.stride(0) != layout.elements) return std::nullopt;
    if (values.size(0) > 0 && !values.select(0, 0).is_non_overlapping_and_dense()) return std::nullopt;
    return layout;
}

bool has_float_rows(const at::Tensor& values) {
    return values.scalar_type() == at::kFloat && values.device().is_cpu() && row_layout(values).has_value();
}

at::Tensor empty_rows(const RowLayout& layout, std::int64_t images, at::Device device) {
    return at::empty_strided(layout.shape_of(images), strides_of(layout), at::TensorOptions(layout.type).device(device));
}

at::Tensor with_rows(const at::Tensor& values) {
    return values.dim() == 0 || row_layout(values) ? values : values.contiguous();
}

at::Tensor view_rows(const at::Tensor& values, const RowLayout& layout) {
    return values.as_strided(layout.shape_of(values.size(0)), strides_of(layout));
}

at::Tensor select_rows(const at::Tensor& values, const at::Tensor& images) {
    const std::optional<RowLayout> layout = row_layout(values);
    if (!layout) return values.index_select(0, images);
    if (layout->elements == 0) return values.index_select(0, images);
    return as_matrix(values, layout->elements).index_select(0, images).as_strided(layout->shape_of(images.numel()), strides_of(*layout));
}

at::Tensor join_rows(const std::vector<at::Tensor>& values) {
    const std::optional<RowLayout> layout = row_layout(values.front());
    return layout ? join_rows(values, *layout) : at::cat(values);
}

at::Tensor join_rows(const std::vector<at::Tensor>& values, const RowLayout& layout) {
    std::int64_t images = 0;
    for (const at::Tensor& one : values) images += one.size(0);
    at::Tensor joined = empty_rows(layout, images, values.front().device());
    std::int64_t first = 0;
    for (const at::Tensor& one : values) {
        joined.narrow(0, first, one.size(0)).copy_(one);
        first += one.size(0);
    }
    return joined;
}

}  // namespace clipscope
