#include "evaluation/row_products.h"

namespace clipscope {

namespace {

constexpr std::int64_t block = 48;  // rows: a multiple of what the kernels of all processors work on at once

bool is_one(const c10::IValue& value) {
    return (value.isInt() && value.toInt() == 1) || (value.isDouble() && value.toDouble() == 1);
}

at::Tensor product(const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& bias) {
    if (!at::globalContext().hasMKLDNN() || !rows.device().is_cpu()) return at::linear(rows, weight, bias);
    const auto packed = [](const at::Tensor& values) { return values.is_mkldnn() ? values : values.contiguous().to_mkldnn(); };
    const auto own_bias = bias.defined() ? c10::optional<at::Tensor>(packed(bias)) : c10::nullopt;
    return at::mkldnn_linear(packed(rows), packed(weight), own_bias).to_dense();
}

}  // namespace

at::Tensor multiply_rows(const at::Tensor& values, const at::Tensor& weight, const at::Tensor& bias) {
    const std::int64_t inputs = values.size(-1);
    std::vector<std::int64_t> shape = values.sizes().vec();
    shape.back() = weight.size(0);
    at::Tensor rows = values.reshape({-1, inputs});
    const std::int64_t count = rows.size(0), missing = (block - count % block) % block;
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
