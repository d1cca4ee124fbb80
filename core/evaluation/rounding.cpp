#include "evaluation/rounding.h"

#include <ATen/CPUGeneratorImpl.h>

#include <numeric>
#include <optional>
#include <set>

#include "evaluation/evaluator_state.h"
#include "evaluation/fault_injector.h"
#include "evaluation/faulty_outputs.h"
#include "evaluation/scoring.h"

namespace clipscope {

namespace {

constexpr double disturbance = 1e-5;
constexpr int disturbed_passes = 8;
constexpr double overflow = 1e18;  // the square of more, in a variance, leaves the range of float32

// Marks the images of the chunk with values beyond it.
void mark_overflows(const Evaluator::State& evaluator, const Step& step, const Frame& frame, const ImageRange& images,
                    std::vector<bool>& found) {
    for (Slot slot : step.outputs) {
        const c10::IValue& value = frame[std::size_t(slot)];
        if (!value.isTensor() || !value.toTensor().is_floating_point() || !evaluator.batch_slots[std::size_t(slot)]) continue;
        const at::Tensor beyond = (value.toTensor().abs() < overflow).logical_not().cpu();
        if (!beyond.any().item<bool>()) continue;
        const bool is_by_image = beyond.dim() > 0 && beyond.size(0) == std::int64_t(images.count);
        for (std::size_t image = 0; image < images.count; ++image)
            if (!is_by_image || beyond.select(0, std::int64_t(image)).any().item<bool>()) found[images.first + image] = true;
    }
}

// Every number that does not depend on the images: parameters and constants at random, thresholds all upwards or all downwards, so that a
// value that stands at one comes to lie on either side.
void disturb(const Evaluator::State& evaluator, bool upwards, at::Generator& generator, Frame& frame) {
    std::set<std::size_t> thresholds;
    for (const auto& [step, slot] : evaluator.threshold_read) thresholds.insert(std::size_t(slot));
    for (std::size_t slot = 0; slot < frame.size(); ++slot) {
        if (evaluator.batch_slots[slot] || !frame[slot].isTensor() || frame[slot].toTensor().scalar_type() != at::kFloat) continue;
        const at::Tensor values = frame[slot].toTensor();
        if (thresholds.contains(slot))
            frame[slot] = values * (upwards ? 1 + 2 * disturbance : 1 - 2 * disturbance);
        else
            frame[slot] = values * (at::rand(values.sizes(), generator) * (2 * disturbance) + (1 - disturbance)).to(values.device());
    }
}

void mark_decided_by_rounding(const Evaluator::State& evaluator, const FaultyParameters& faulty, FaultyOutputs& outputs,
                              std::vector<bool>& found) {
    const Program& program = evaluator.network->program();
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(0);
    for (std::size_t chunk = 0; chunk < evaluator.chunks.size(); ++chunk) {
        const ImageRange& images = evaluator.chunks[chunk];
        std::vector<std::int64_t> of_chunk(images.count);
        std::iota(of_chunk.begin(), of_chunk.end(), std::int64_t(images.first));
        const auto run = [&](std::optional<int> disturbed_pass) {
            Frame frame = evaluator.start_frame(0, chunk);
            for (const auto& [slot, parameter] : faulty) frame[std::size_t(slot)] = parameter.values;
            if (disturbed_pass) disturb(evaluator, *disturbed_pass % 2 == 0, generator, frame);
            for (std::size_t i = 0; i < program.steps().size(); ++i) {
                evaluator.run_whole_steps(frame, chunk, i, i + 1);
                if (outputs.is_hit_at(i, of_chunk)) {
                    c10::IValue& values = frame[std::size_t(outputs.slot_at(i))];
                    values = outputs.with_faults(i, of_chunk, values.toTensor());
                }
                if (!disturbed_pass) mark_overflows(evaluator, program.steps()[i], frame, images, found);
            }
            const at::Tensor logits = program.output(frame).to(at::kCPU, at::kFloat).contiguous();
            std::vector<Verdict> verdicts;
            for (std::size_t image = 0; image < images.count; ++image)
                verdicts.push_back(judge({logits.data_ptr<float>() + image * evaluator.classes, evaluator.classes},
                                         evaluator.images->labels()[images.first + image]));
            return verdicts;
        };
        const std::vector<Verdict> undisturbed = run({});
        for (int pass = 0; pass < disturbed_passes; ++pass) {
            const std::vector<Verdict> disturbed = run(pass);
            for (std::size_t image = 0; image < images.count; ++image)
                if (disturbed[image] != undisturbed[image]) found[images.first + image] = true;
        }
    }
}

}  // namespace

std::vector<bool> images_decided_by_rounding(const Evaluator& exact, const TrialFaults& faults, double rate) {
    const torch::NoGradGuard no_gradients;
    std::vector<bool> found(exact.state().image_count(), false);
    FaultInjector injector(exact.state());
    const InjectedFaults injected = injector.inject(faults, rate);
    FaultyOutputs outputs(exact.state(), faults.outputs, rate), none(exact.state(), {}, rate);
    mark_decided_by_rounding(exact.state(), injected.parameters, outputs, found);
    mark_decided_by_rounding(exact.state(), {}, none, found);
    return found;
}

}  // namespace clipscope
