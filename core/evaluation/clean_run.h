// The clean network over all images: predictions, and the values that trials start from and are compared with, as far as the memory budget
// allows. Includes LibTorch.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include "evaluation/evaluator_state.h"

namespace clipscope {

class CleanRun {
public:
    // `steps`: those that trials may start at. What came from another evaluator (state.shared_until) is kept and not computed again.
    // `memory`: for what is kept and for the passes of so many workers, in bytes.
    CleanRun(Evaluator::State& state, std::set<std::size_t> steps, int workers, std::size_t memory);

    // The first chunk goes before the others, which may then run on any threads.
    void run_first();
    void run_other(std::size_t chunk);
    void finish();  // after all chunks

private:
    void choose(int workers, std::size_t memory);
    void make_room();
    void run_chunk(std::size_t chunk);
    void note(Slot slot, const c10::IValue& value, std::size_t chunk);
    void keep_start(std::size_t step, const Frame& frame, std::size_t chunk);
    void judge_logits(const at::Tensor& passed, std::size_t chunk);
    bool parameters_meet_images() const;
    bool can_stack() const;

    Evaluator::State& state_;
    std::set<std::size_t> steps_;
    std::set<Slot> kept_slots_;  // whose values are kept for all images
    std::size_t begin_ = 0;
    std::mutex mutex_;
};

}  // namespace clipscope
