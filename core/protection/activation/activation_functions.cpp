#include "protection/activation/activation_functions.h"

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

namespace clipscope {
namespace {

at::Tensor zeros_for(const at::Tensor& values) {
    return at::zeros({}, values.options());
}

// y if |y| <= T, else 0: NaN, too. Of what a ReLU puts out the same as "x if 0 <= x <= T".
at::Tensor clip(const at::Tensor& output, const at::Tensor&, const at::Tensor& high) {
    return at::where(output.abs() <= high, output, zeros_for(output));
}

// min(max(y, L), U); NaN becomes 0 (Z. Chen, G. Li, K. Pattabiraman, "A low-cost fault corrector for deep neural networks through range
// restriction", DSN 2021).
at::Tensor range(const at::Tensor& output, const at::Tensor& low, const at::Tensor& high) {
    const at::Tensor restricted = at::minimum(at::maximum(output, low), high);
    return at::where(output.isnan(), zeros_for(output), restricted);
}

at::Tensor relu6(const at::Tensor& output, const at::Tensor&, const at::Tensor&) {
    return at::clamp_max(output, 6);
}

// y >= 2^64 T -> 0; else y >= 2 T -> 2; then min(y, T). NaN stays.
at::Tensor backflip(const at::Tensor& output, const at::Tensor&, const at::Tensor& high) {
    constexpr float of_upper_exponent_bit = 18446744073709551616.0F;  // 2^64
    const at::Tensor two = at::full({}, 2, output.options());
    const at::Tensor folded = at::where(output >= high * 2, two, output);
    return at::minimum(at::where(output >= high * of_upper_exponent_bit, zeros_for(output), folded), high);
}

constexpr std::array<std::pair<std::string_view, ActivationFunction>, 4> functions = {
    {{"clip", clip}, {"range", range}, {"relu6", relu6}, {"backflip", backflip}}};

}  // namespace

ActivationFunction function_of(const ActivationKind& kind) {
    for (const auto& [id, function] : functions)
        if (id == kind.id) return function;
    throw std::logic_error("no function computes the protection " + std::string(kind.id));
}

}  // namespace clipscope
