#include "protection/activation/activation_functions.h"

#include "protection/activation/activation_definitions.h"

namespace clipscope {
namespace {

// Numbers stand in the operations as numbers, not as tensors of a device: the same operations are written into a file (protected_file.h).
struct TensorMath {
    using Value = at::Tensor;

    static at::Tensor abs(const at::Tensor& a) { return a.abs(); }
    static at::Tensor times(const at::Tensor& a, double number) { return a * number; }
    static at::Tensor at_most(const at::Tensor& a, const at::Tensor& b) { return a <= b; }
    static at::Tensor at_least(const at::Tensor& a, const at::Tensor& b) { return a >= b; }
    static at::Tensor is_number(const at::Tensor& a) { return a.isnan().logical_not(); }
    static at::Tensor logical_not(const at::Tensor& a) { return a.logical_not(); }
    static at::Tensor where(const at::Tensor& condition, const at::Tensor& a, int number) { return at::where(condition, a, number); }
    static at::Tensor smaller(const at::Tensor& a, const at::Tensor& b) { return at::minimum(a, b); }
    static at::Tensor larger(const at::Tensor& a, const at::Tensor& b) { return at::maximum(a, b); }
    static at::Tensor limited(const at::Tensor& a, const at::Tensor& b) { return at::minimum(a, b); }
    static at::Tensor limited(const at::Tensor& a, int number) { return at::clamp_max(a, number); }
};

}  // namespace

ActivationFunction function_of(const ActivationKind& kind) {
    return [definition = definition_of<TensorMath>(kind.id)](const at::Tensor& output, const at::Tensor& low, const at::Tensor& high) {
        TensorMath math;
        return definition(math, output, low, high);
    };
}

}  // namespace clipscope
