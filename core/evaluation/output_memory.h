// The values that layers and activations put out, as memory that transient faults hit anew for each image (method.md, "Faults in
// activations"). Includes LibTorch.
#pragma once

#include <cstddef>

#include "evaluation/evaluator_state.h"
#include "faults/trial_faults.h"

namespace clipscope {

// Where a program computes the output of a part: of an activation site its activation's, clipped or protected where the site is; of a layer
// what it makes of the images with its weight and bias, the last time where it is used several times. Throws UsageError where that lies
// inside a branch or a loop.
struct OutputPlace {
    std::size_t step = 0;
    Slot slot = 0;
};
OutputPlace find_output(const Evaluator::State& evaluator, std::size_t part);

// The values of one image, float32, counted row-major; which of their bits may be faulty and in which patterns is the network's memory's.
// Throws UsageError where they do not lie image by image.
OutputMemory output_memory(const Evaluator::State& evaluator, std::size_t part);

}  // namespace clipscope
