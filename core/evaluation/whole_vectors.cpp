#include "evaluation/whole_vectors.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "evaluation/row_layout.h"

namespace clipscope {

namespace {

constexpr std::int64_t values_at_once = 64;  // a multiple of what any processor's kernels take in a turn of their loops

constexpr auto functions = std::to_array<std::string_view>(
    {"aten::sigmoid", "aten::silu", "aten::mish", "aten::elu",  "aten::celu",  "aten::selu",  "aten::softplus", "aten::log_sigmoid",
     "aten::tanh",    "aten::gelu", "aten::exp",  "aten::exp2", "aten::expm1", "aten::log",   "aten::log2",     "aten::log10",
     "aten::log1p",   "aten::pow",  "aten::erf",  "aten::erfc", "aten::rsqrt", "aten::sin",   "aten::cos",      "aten::tan",
     "aten::asin",    "aten::acos", "aten::atan", "aten::sinh", "aten::cosh",  "aten::asinh", "aten::acosh",    "aten::atanh"});

// Whether all inputs but the first are numbers and switches.
bool is_of_one_tensor(const Step& step, const Frame& frame) {
    return std::none_of(step.inputs.begin() + 1, step.inputs.end(), [&](Slot slot) { return frame[std::size_t(slot)].isTensor(); });
}

}  // namespace

bool has_vector_kernel(const Step& step) {
    return step.kind == StepKind::operation && step.outputs.size() == 1 &&
           std::find(functions.begin(), functions.end(), step.name) != functions.end();
}

void run_on_whole_vectors(const Step& step, Frame& frame) {
    const c10::IValue own = frame[std::size_t(step.inputs[0])];
    if (!own.isTensor() || own.toTensor().scalar_type() != at::kFloat || own.toTensor().dim() == 0 || !is_of_one_tensor(step, frame))
        return run_step(step, frame);
    const at::Tensor values = with_rows(own.toTensor());
    const std::int64_t count = values.numel(), missing = (values_at_once - count % values_at_once) % values_at_once;
    at::Tensor filled = values.as_strided({count}, {1});
    if (missing > 0) filled = at::constant_pad_nd(filled, {0, missing});
    frame[std::size_t(step.inputs[0])] = filled;
    run_step(step, frame);
    c10::IValue& output = frame[std::size_t(step.outputs[0])];
    output = output.toTensor().as_strided(values.sizes(), values.strides());
    if (step.outputs[0] != step.inputs[0]) frame[std::size_t(step.inputs[0])] = own;
}

}  // namespace clipscope
