#include <cstring>
#include <unordered_map>

#include "common/error.h"
#include "evaluation/evaluator_state.h"
#include "faults/bit_flips.h"

namespace clipscope {

struct TrialRunner::State {
    explicit State(const Evaluator::State& evaluator) : evaluator(evaluator) {}

    const Evaluator::State& evaluator;
    std::unordered_map<std::size_t, at::Tensor> copies;  // by index into Program::tensors(), on the CPU

    std::size_t tensor_of(const ParameterFaults& faults) const {
        return evaluator.network->structure().layers[faults.layer].tensors[faults.parameter];
    }

    at::Tensor& copy_of(std::size_t tensor) {
        at::Tensor& copy = copies[tensor];
        if (!copy.defined()) copy = evaluator.network->program().tensors()[tensor].tensor.contiguous().clone();
        return copy;
    }
};

TrialRunner::TrialRunner(const Evaluator& evaluator) : state_(std::make_unique<State>(evaluator.state())) {}
TrialRunner::~TrialRunner() = default;

std::optional<Outcome> TrialRunner::run(const TrialFaults& faults, double rate, std::stop_token stop) {
    const torch::NoGradGuard no_gradients;
    const Evaluator::State& evaluator = state_->evaluator;
    const Program& program = evaluator.network->program();
    const auto& layers = evaluator.network->structure().layers;
    const std::size_t first_layer = faults.first_faulty_layer(rate, layers.size());
    if (first_layer == layers.size()) return evaluator.clean;

    std::vector<BitFlips> flips;
    std::vector<std::pair<Slot, at::Tensor>> faulty;
    std::size_t first_step = program.steps().size();
    for (const ParameterFaults& parameter : faults.parameters) {
        const std::size_t tensor = state_->tensor_of(parameter);
        at::Tensor& copy = state_->copy_of(tensor);
        BitFlips flipped({copy.data_ptr<float>(), std::size_t(copy.numel())}, parameter.bits, rate);
        if (flipped.count() == 0) continue;
        if (flipped.count_changed() != flipped.count())
            throw Error("Injecting faults into " + program.tensors()[tensor].path + " changed " + std::to_string(flipped.count_changed()) +
                        " bits instead of " + std::to_string(flipped.count()) + ": this is a defect, please report it.");
        flips.push_back(std::move(flipped));
        faulty.emplace_back(program.tensors()[tensor].slot, copy.to(evaluator.device));
        first_step = std::min(first_step, layers[parameter.layer].first_step);
    }

    const std::size_t start = evaluator.start_step(first_step);
    Outcome outcome;
    for (std::size_t chunk = 0; chunk < evaluator.batches->size(); ++chunk) {
        if (stop.stop_requested()) return std::nullopt;
        Frame frame = evaluator.start_frame(start, chunk);
        for (const auto& [slot, tensor] : faulty) frame[std::size_t(slot)] = tensor;
        program.run(frame, start, program.steps().size(), evaluator.overrides);
        score_batch(program.output(frame), (*evaluator.batches)[chunk].labels, evaluator.clean_predictions[chunk], outcome);
    }
    return outcome;
}

bool TrialRunner::parameters_are_clean() const {
    for (const auto& [tensor, copy] : state_->copies) {
        const at::Tensor original = state_->evaluator.network->program().tensors()[tensor].tensor.contiguous();
        if (std::memcmp(original.data_ptr<float>(), copy.data_ptr<float>(), std::size_t(copy.numel()) * sizeof(float)) != 0) return false;
    }
    return true;
}

}  // namespace clipscope
