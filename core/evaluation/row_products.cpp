#include "evaluation/row_products.h"

#include <algorithm>

namespace clipscope {

namespace {

constexpr std::int64_t most_rows = 240;  // from about 300 on, oneDNN takes another kernel for some shapes (1024 to 768, 512 to 1536)

// Rows: a multiple of what the processor's kernels work on at once (6 with AVX2, 48 with AVX-512), and a divisor of most_rows.
std::int64_t rows_a_block() {
#if defined(__x86_64__)
    static const bool has_small_kernels = __builtin_cpu_supports("avx2") && !__builtin_cpu_supports("avx512f");
    if (has_small_kernels) return 24;
#endif
    return 48;
}

bool is_one(const c10::IValue& value) {
    return (value.isInt() && value.toInt() == 1) || (value.isDouble() && value.toDouble() == 1);
}

at::Tensor product(const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& bias) {
    if (!at::globalContext().hasMKLDNN() || !rows.device().is_cpu()) return at::linear(rows, weight, bias);
    const auto packed = [](const at::Tensor& values) { return values.is_mkldnn() ? values : values.contiguous().to_mkldnn(); };
    const at::Tensor own_weight = packed(weight);
    const auto own_bias = bias.defined() ? c10::optional<at::Tensor>(packed(bias)) : c10::nullopt;
    const auto multiply = [&](const at::Tensor& some) { return at::mkldnn_linear(packed(some), own_weight, own_bias).to_dense(); };
    if (rows.size(0) <= most_rows) return multiply(rows);
    // About as many in each: few rows cost almost as much as many.
    const std::int64_t block = rows_a_block(), blocks = (rows.size(0) + block - 1) / block;
    const std::int64_t slices = (rows.size(0) + most_rows - 1) / most_rows, rows_a_slice = (blocks + slices - 1) / slices * block;
    at::Tensor all = at::empty({rows.size(0), weight.size(0)}, rows.options());
    for (std::int64_t first = 0; first < rows.size(0); first += rows_a_slice) {
        const std::int64_t count = std::min(rows_a_slice, rows.size(0) - first);
        all.narrow(0, first, count).copy_(multiply(rows.narrow(0, first, count)));
    }
    return all;
}

}  // namespace

at::Tensor multiply_rows(const at::Tensor& values, const at::Tensor& weight, const at::Tensor& bias) {
    const std::int64_t inputs = values.size(-1);
    std::vector<std::int64_t> shape = values.sizes().vec();
    shape.back() = weight.size(0);
    at::Tensor rows = values.reshape({-1, inputs});
    const std::int64_t count = rows.size(0), block = rows_a_block(), missing = (block - count % block) % block;
    if (missing > 0) {
        at::Tensor filled = at::empty({count + missing, inputs}, rows.options());
        filled.narrow(0, 0, count).copy_(rows);
        filled.narrow(0, count, missing).zero_();
        rows = filled;
    }
    return product(rows, weight, bias).narrow(0, 0, count).reshape(shape);
}

void RowProduct::run(const Step& step, Frame& frame) const {
    const auto value = [&](std::size_t input) -> const c10::IValue& { return frame[std::size_t(step.inputs[input])]; };
    const auto is_float = [&](std::size_t input) { return value(input).isTensor() && value(input).toTensor().scalar_type() == at::kFloat; };
    const bool fits = is_float(values) && is_float(matrix) && value(matrix).toTensor().dim() == 2 && value(values).toTensor().dim() >= 2 &&
                      value(values).toTensor().numel() > 0 && (!bias || value(*bias).isNone() || is_float(*bias));
    if (!fits) return run_step(step, frame);
    const at::Tensor& weight = value(matrix).toTensor();
    const at::Tensor own_bias = bias && value(*bias).isTensor() ? value(*bias).toTensor() : at::Tensor();
    frame[std::size_t(step.outputs[0])] = multiply_rows(value(values).toTensor(), is_transposed ? weight.t() : weight, own_bias);
}

std::optional<RowProduct> find_row_product(const Program& program, const Step& step, const std::vector<bool>& batch_slots) {
    const auto of_images = [&](std::size_t input) { return batch_slots[std::size_t(step.inputs[input])]; };
    if (step.name == "aten::linear" && of_images(0) && !of_images(1) && !of_images(2)) return RowProduct{0, 1, 2, false};
    if ((step.name == "aten::matmul" || step.name == "aten::mm") && of_images(0) && !of_images(1))
        return RowProduct{0, 1, std::nullopt, true};
    const auto is_factor_one = [&](std::size_t input) { return is_one(program.constant(step.inputs[input])); };
    if (step.name == "aten::addmm" && !of_images(0) && of_images(1) && !of_images(2) && is_factor_one(3) && is_factor_one(4))
        return RowProduct{1, 2, 0, true};
    return std::nullopt;
}

}  // namespace clipscope
