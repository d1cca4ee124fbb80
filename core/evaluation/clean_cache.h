// Clean values that memory has no room for, computed again for the images at work: by the same operations on the same chunks as in the
// clean run, so bit for bit the same. Owned by one worker. Includes LibTorch.
#pragma once

#include <cstddef>

#include "evaluation/evaluator_state.h"

namespace clipscope {

class CleanCache {
public:
    // Of the images of `range` (whole chunks), what trials may use of this slot. Valid until another range or evaluator is asked for.
    const at::Tensor& values(const Evaluator::State& evaluator, const ImageRange& range, Slot slot);

    // What is alive before `step`, for one chunk: kept, or computed from what is kept before it.
    static Frame frame_at(const Evaluator::State& evaluator, std::size_t step, std::size_t chunk);

private:
    void compute(const Evaluator::State& evaluator, const ImageRange& range);

    const Evaluator::State* evaluator_ = nullptr;
    ImageRange range_;
    std::vector<at::Tensor> values_;  // by slot
};

}  // namespace clipscope
