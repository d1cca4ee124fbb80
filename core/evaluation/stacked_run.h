// One pass for several faulty variants of a network, for devices on which starting an operation costs more than its work (a GPU): a chunk's
// images stand once for each variant, one variant behind the other along dimension 0. Steps whose parameters are faulty run for each
// variant alone, all others once for all of them, and once for the images as long as nothing differs. Includes LibTorch.
#pragma once

#include <cstddef>
#include <vector>

#include "evaluation/evaluator_state.h"
#include "evaluation/fault_injector.h"

namespace clipscope {

class StackedRun {
public:
    // The values of `variants` must be tensors of their own each (FaultInjector::inject_apart()). All must outlive it; the evaluator can
    // stack (State::stacks).
    StackedRun(const Evaluator::State& evaluator, const std::vector<FaultyParameters>& variants, std::size_t first_step);

    // The logits of a chunk's images, variant by variant: (variants · images)×classes on the device.
    at::Tensor run(std::size_t chunk);

private:
    bool is_faulty(const std::vector<Slot>& slots) const;
    bool is_of_images(Slot slot) const { return evaluator_.batch_slots[std::size_t(slot)]; }
    void stack(Slot slot);
    void run_together(std::size_t index, const std::vector<Slot>& slots);
    void run_apart(std::size_t index, const std::vector<Slot>& slots);

    const Evaluator::State& evaluator_;
    const std::vector<FaultyParameters>& variants_;
    const std::size_t first_step_;
    std::int64_t images_ = 0;  // of the chunk
    Frame frame_;
    std::vector<bool> is_stacked_;  // by slot
};

}  // namespace clipscope
