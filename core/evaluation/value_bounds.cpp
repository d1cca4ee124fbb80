#include "evaluation/value_bounds.h"

#include "evaluation/evaluator_state.h"
#include "evaluation/fault_injector.h"

namespace clipscope {

std::vector<bool> images_without_bound(const Evaluator& exact, const TrialFaults& faults, double rate) {
    const torch::NoGradGuard no_gradients;
    constexpr double bound = 1e5;
    const Evaluator::State& evaluator = exact.state();
    const Program& program = evaluator.network->program();
    std::vector<bool> found(evaluator.image_count(), false);
    FaultInjector injector(evaluator);
    const InjectedFaults injected = injector.inject(faults, rate);
    for (std::size_t chunk = 0; chunk < evaluator.chunks.size(); ++chunk) {
        Frame frame = evaluator.start_frame(0, chunk);
        for (const auto& [slot, parameter] : injected.parameters) frame[std::size_t(slot)] = parameter.values;
        const ImageRange& images = evaluator.chunks[chunk];
        for (std::size_t i = 0; i < program.steps().size(); ++i) {
            evaluator.run_whole_steps(frame, chunk, i, i + 1);
            for (Slot slot : program.steps()[i].outputs) {
                const c10::IValue& value = frame[std::size_t(slot)];
                if (!value.isTensor() || !value.toTensor().is_floating_point() || !evaluator.batch_slots[std::size_t(slot)]) continue;
                const at::Tensor beyond = (value.toTensor().abs() < bound).logical_not().cpu();
                const bool is_by_image = beyond.dim() > 0 && beyond.size(0) == std::int64_t(images.count);
                if (!beyond.any().item<bool>()) continue;
                for (std::size_t image = 0; image < images.count; ++image)
                    if (!is_by_image || beyond.select(0, std::int64_t(image)).any().item<bool>()) found[images.first + image] = true;
            }
        }
    }
    return found;
}

}  // namespace clipscope
