#include "evaluation/rounding.h"

#include <ATen/CPUGeneratorImpl.h>

#include "evaluation/evaluator_state.h"
#include "evaluation/fault_injector.h"
#include "evaluation/scoring.h"

namespace clipscope {

namespace {

constexpr double disturbance = 1e-5;
constexpr int disturbed_passes = 8;

// Every number that does not depend on the images: parameters, constants, thresholds.
void disturb(const Evaluator::State& evaluator, at::Generator& generator, Frame& frame) {
    for (std::size_t slot = 0; slot < frame.size(); ++slot) {
        if (evaluator.batch_slots[slot] || !frame[slot].isTensor() || frame[slot].toTensor().scalar_type() != at::kFloat) continue;
        const at::Tensor values = frame[slot].toTensor();
        frame[slot] = values * (at::rand(values.sizes(), generator) * (2 * disturbance) + (1 - disturbance)).to(values.device());
    }
}

}  // namespace

std::vector<bool> images_decided_by_rounding(const Evaluator& exact, const TrialFaults& faults, double rate) {
    const torch::NoGradGuard no_gradients;
    const Evaluator::State& evaluator = exact.state();
    const Program& program = evaluator.network->program();
    std::vector<bool> found(evaluator.image_count(), false);
    FaultInjector injector(evaluator);
    const InjectedFaults injected = injector.inject(faults, rate);
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(0);
    for (std::size_t chunk = 0; chunk < evaluator.chunks.size(); ++chunk) {
        const ImageRange& images = evaluator.chunks[chunk];
        const auto run = [&](bool is_disturbed) {
            Frame frame = evaluator.start_frame(0, chunk);
            for (const auto& [slot, parameter] : injected.parameters) frame[std::size_t(slot)] = parameter.values;
            if (is_disturbed) disturb(evaluator, generator, frame);
            evaluator.run_whole_steps(frame, chunk, 0, program.steps().size());
            const at::Tensor logits = program.output(frame).to(at::kCPU, at::kFloat).contiguous();
            std::vector<Verdict> verdicts;
            for (std::size_t image = 0; image < images.count; ++image)
                verdicts.push_back(judge({logits.data_ptr<float>() + image * evaluator.classes, evaluator.classes},
                                         evaluator.images->labels()[images.first + image]));
            return verdicts;
        };
        const std::vector<Verdict> undisturbed = run(false);
        for (int pass = 0; pass < disturbed_passes; ++pass) {
            const std::vector<Verdict> disturbed = run(true);
            for (std::size_t image = 0; image < images.count; ++image)
                if (disturbed[image] != undisturbed[image]) found[images.first + image] = true;
        }
    }
    return found;
}

}  // namespace clipscope
