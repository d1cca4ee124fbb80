// The clean network over all images: predictions, and the values that trials start from and are compared with, as far as the memory budget
// allows. Includes LibTorch.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <unordered_set>
#include <vector>

#include "evaluation/evaluator_state.h"

namespace clipscope {

class CleanRun {
public:
    // `steps`: those that trials may start at. What came from another evaluator (state.shared_until) is kept and not computed again.
    CleanRun(Evaluator::State& state, std::set<std::size_t> steps);

    // The first chunk says what values cost and so which are kept; it goes before the others, which may then run on any threads.
    void run_first();
    void run_other(std::size_t chunk);
    void finish();  // after all chunks

private:
    struct ChunkValues {
        std::map<std::size_t, KeptValues> at_steps;
        Frame by_slot;
    };

    // How images stand beside each other in a pass.
    struct Independence {
        bool rows = false;     // each image's values are rows of their own, whatever the others are
        bool numbers = false;  // what is no tensor (a count, a shape) is the same for any number of images
    };

    ChunkValues run_chunk(std::size_t chunk, bool keep_all);
    void count_multiplications_of(const Frame& by_slot);
    void choose(const ChunkValues& values);
    void choose_pass(const Frame& by_slot);
    void make_room(const Frame& by_slot);
    void keep(ChunkValues values, std::size_t chunk);
    void judge_logits(const at::Tensor& logits, std::size_t chunk);
    bool parameters_meet_images() const;
    Independence compare_with_one_image(const Frame& by_slot) const;

    Evaluator::State& state_;
    std::set<std::size_t> steps_;
    std::unordered_set<Slot> slots_;  // whose values are kept for all images, beside those that start a trial
    std::size_t begin_ = 0;
    std::mutex mutex_;
};

}  // namespace clipscope
