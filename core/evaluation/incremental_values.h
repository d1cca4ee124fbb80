// Small helpers of IncrementalRun on its values. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "evaluation/row_layout.h"

namespace clipscope {

inline at::Tensor index_of(const std::vector<std::int64_t>& values) {
    return at::tensor(values, at::kLong);
}

inline std::size_t row_bytes(const at::Tensor& values) {
    return values.size(0) == 0 ? 0 : values.nbytes() / std::size_t(values.size(0));
}

// The values of the i-th image, in the order in which they lie in memory; for values with float rows (row_layout.h).
inline const char* row(const at::Tensor& values, std::int64_t i) {
    return static_cast<const char*>(values.data_ptr()) + std::size_t(i) * row_bytes(values);
}

// For values with float rows.
inline bool is_all_finite(const at::Tensor& values) {
    constexpr std::uint32_t exponent = 0x7f800000;
    const auto* bits = static_cast<const std::uint32_t*>(values.data_ptr());
    std::uint32_t is_infinite = 0;
    const std::int64_t count = values.numel();
    for (std::int64_t i = 0; i < count; ++i) is_infinite |= std::uint32_t((bits[i] & exponent) == exponent);
    return is_infinite == 0;
}

}  // namespace clipscope
