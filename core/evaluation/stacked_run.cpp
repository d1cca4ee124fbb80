#include "evaluation/stacked_run.h"

#include <algorithm>

#include "evaluation/operation_count.h"

namespace clipscope {

StackedRun::StackedRun(const Evaluator::State& evaluator, const std::vector<FaultyParameters>& variants, std::size_t first_step)
    : evaluator_(evaluator), variants_(variants), first_step_(first_step) {}

at::Tensor StackedRun::run(std::size_t chunk) {
    const Program& program = evaluator_.network->program();
    const std::size_t start = evaluator_.start_step(first_step_);
    frame_ = evaluator_.start_frame(start, chunk);
    images_ = std::int64_t(evaluator_.chunks[chunk].count);
    is_stacked_.assign(frame_.size(), false);
    for (std::size_t i = start; i < program.steps().size(); ++i) {
        std::vector<Slot> slots = slots_read_by(program.steps()[i]);
        if (const auto threshold = evaluator_.threshold_read.find(i); threshold != evaluator_.threshold_read.end())
            slots.push_back(threshold->second);
        is_faulty(slots) ? run_apart(i, slots) : run_together(i, slots);
    }
    stack(program.output_slot());
    return program.output(frame_);
}

bool StackedRun::is_faulty(const std::vector<Slot>& slots) const {
    return std::any_of(variants_.begin(), variants_.end(), [&](const FaultyParameters& variant) {
        return std::any_of(slots.begin(), slots.end(), [&](Slot slot) { return variant.contains(slot); });
    });
}

void StackedRun::stack(Slot slot) {
    if (is_stacked_[std::size_t(slot)]) return;
    is_stacked_[std::size_t(slot)] = true;
    c10::IValue& value = frame_[std::size_t(slot)];
    value = at::cat(std::vector<at::Tensor>(variants_.size(), value.toTensor()));
}

void StackedRun::run_together(std::size_t index, const std::vector<Slot>& slots) {
    const Program& program = evaluator_.network->program();
    const bool stacks = std::any_of(slots.begin(), slots.end(), [&](Slot slot) { return is_stacked_[std::size_t(slot)]; });
    if (stacks)
        for (Slot slot : slots)
            if (is_of_images(slot) && frame_[std::size_t(slot)].isTensor()) stack(slot);
    count_multiplications(evaluator_.multiplications[index] * std::uint64_t(images_) * (stacks ? variants_.size() : 1));
    program.run(frame_, index, index + 1, evaluator_.overrides);
    for (Slot slot : program.steps()[index].outputs) is_stacked_[std::size_t(slot)] = stacks;
}

void StackedRun::run_apart(std::size_t index, const std::vector<Slot>& slots) {
    const Program& program = evaluator_.network->program();
    const Step& step = program.steps()[index];
    std::vector<std::vector<at::Tensor>> outputs(step.outputs.size());
    for (std::size_t variant = 0; variant < variants_.size(); ++variant) {
        Frame own = frame_;
        for (Slot slot : slots) {
            c10::IValue& value = own[std::size_t(slot)];
            if (const auto faulty = variants_[variant].find(slot); faulty != variants_[variant].end())
                value = faulty->second.values;
            else if (is_stacked_[std::size_t(slot)])
                value = value.toTensor().narrow(0, std::int64_t(variant) * images_, images_);
        }
        program.run(own, index, index + 1, evaluator_.overrides);
        for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i].push_back(own[std::size_t(step.outputs[i])].toTensor());
    }
    count_multiplications(evaluator_.multiplications[index] * std::uint64_t(images_) * variants_.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        frame_[std::size_t(step.outputs[i])] = at::cat(outputs[i]);
        is_stacked_[std::size_t(step.outputs[i])] = true;
    }
    for (Slot slot : step.dead_after) frame_[std::size_t(slot)] = c10::IValue();
}

}  // namespace clipscope
