#include "protection/activation/activation_functions.h"

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

namespace clipscope {
namespace {

// Numbers stand in them as numbers, not as tensors of a device: the same operations are written into a file (protected_file.h).

// y if |y| <= T, else 0: NaN, too. Of what a ReLU puts out the same as "x if 0 <= x <= T". FitAct, trained by a smooth form of it, does the
// same at its bounds.
at::Tensor clip(const at::Tensor& output, const at::Tensor&, const at::Tensor& high) {
    return at::where(output.abs() <= high, output, 0);
}

// min(max(y, L), U); NaN becomes 0 (Z. Chen, G. Li, K. Pattabiraman, "A low-cost fault corrector for deep neural networks through range
// restriction", DSN 2021).
at::Tensor range(const at::Tensor& output, const at::Tensor& low, const at::Tensor& high) {
    return at::where(output.isnan().logical_not(), at::minimum(at::maximum(output, low), high), 0);
}

at::Tensor relu6(const at::Tensor& output, const at::Tensor&, const at::Tensor&) {
    return at::clamp_max(output, 6);
}

// y >= 2^64 T -> 0; else y >= 2 T -> 2; then min(y, T). NaN stays: it is not below 2 T either.
at::Tensor backflip(const at::Tensor& output, const at::Tensor&, const at::Tensor& high) {
    constexpr double of_upper_exponent_bit = 18446744073709551616.0;  // 2^64
    const at::Tensor folded = at::where((output >= high * 2).logical_not(), output, 2);
    return at::minimum(at::where((output >= high * of_upper_exponent_bit).logical_not(), folded, 0), high);
}

constexpr std::array<std::pair<std::string_view, ActivationFunction>, 5> functions = {
    {{"clip", clip}, {"range", range}, {"relu6", relu6}, {"backflip", backflip}, {"fitact", clip}}};

}  // namespace

ActivationFunction function_of(const ActivationKind& kind) {
    for (const auto& [id, function] : functions)
        if (id == kind.id) return function;
    throw std::logic_error("no function computes the protection " + std::string(kind.id));
}

}  // namespace clipscope
