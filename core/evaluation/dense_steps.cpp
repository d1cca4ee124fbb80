#include "evaluation/dense_steps.h"

#include <algorithm>

#include "evaluation/row_products.h"

namespace clipscope {

namespace {

constexpr std::int64_t most_elements = std::int64_t(16) << 20;  // of one matrix: 64 MiB

// What the step makes of `images`, with this weight and without bias.
at::Tensor run_with(const Program& program, const Step& step, const at::Tensor& images, const at::Tensor& weight) {
    Frame frame = program.initial_frame();
    frame[std::size_t(step.inputs[0])] = images;
    frame[std::size_t(step.inputs[1])] = weight;
    frame[std::size_t(step.inputs[2])] = c10::IValue();
    run_step(step, frame);
    return frame[std::size_t(step.outputs[0])].toTensor();
}

bool every_position_sees_every_other(const Program& program, const Step& step, at::IntArrayRef input, const at::Tensor& weight) {
    const std::int64_t positions = input[2] * input[3];
    const at::Tensor one_channel = at::eye(positions).view({positions, 1, input[2], input[3]});
    return (run_with(program, step, one_channel, at::ones({1, 1, weight.size(2), weight.size(3)})) > 0).all().item<bool>();
}

// Column i is what the convolution makes of an input that is 1 at i and 0 elsewhere.
at::Tensor matrix_of(const Program& program, const Step& step, at::IntArrayRef input, const at::Tensor& weight) {
    const std::int64_t inputs = input[1] * input[2] * input[3];
    const at::Tensor basis = at::eye(inputs).view({inputs, input[1], input[2], input[3]});
    return run_with(program, step, basis, weight).flatten(1).t().contiguous();
}

DenseStep pack(const at::Tensor& weight, const c10::IValue& bias, at::IntArrayRef output) {
    DenseStep dense{pack_matrix(weight), {}, output.slice(1).vec(), weight.numel()};
    if (bias.isTensor()) {
        const std::int64_t plane = weight.size(0) / bias.toTensor().numel();
        dense.bias = bias.toTensor().unsqueeze(1).expand({bias.toTensor().numel(), plane}).flatten().contiguous().to_mkldnn();
    }
    return dense;
}

}  // namespace

at::Tensor DenseStep::run(const at::Tensor& values) const {
    std::vector<std::int64_t> shape{values.size(0)};
    shape.insert(shape.end(), output_shape.begin(), output_shape.end());
    return multiply_rows(values.flatten(1), weight, bias).view(shape);
}

std::map<std::size_t, DenseStep> pack_dense_steps(const Program& program, const std::vector<StepTraits>& traits,
                                                  const std::vector<std::optional<RowLayout>>& layouts) {
    std::map<std::size_t, DenseStep> packed;
    if (!at::globalContext().hasMKLDNN()) return packed;
    for (std::size_t i = 0; i < traits.size(); ++i) {
        const Step& step = program.steps()[i];
        const bool is_convolution = traits[i].behaviour == StepBehaviour::convolution;
        if (!is_convolution && traits[i].behaviour != StepBehaviour::linear) continue;
        const std::optional<RowLayout>&input = layouts[std::size_t(step.inputs[0])], &output = layouts[std::size_t(step.outputs[0])];
        if (!input || !output) continue;
        const at::Tensor& weight = program.constant(step.inputs[1]).toTensor();
        const std::vector<std::int64_t> from = input->shape_of(1), to = output->shape_of(1);
        if (!is_convolution) {
            if (from.size() == 2) packed[i] = pack(weight, program.constant(step.inputs[2]), to);
            continue;
        }
        if (from.size() != 4 || from[2] * from[3] >= weight.size(2) * weight.size(3)) continue;
        const std::int64_t elements = from[1] * from[2] * from[3] * to[1] * to[2] * to[3];
        if (elements > most_elements || !every_position_sees_every_other(program, step, from, weight)) continue;
        packed[i] = pack(matrix_of(program, step, from, weight), program.constant(step.inputs[2]), to);
    }
    return packed;
}

}  // namespace clipscope
