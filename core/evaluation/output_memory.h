// The values that layers and activations put out, as memory that transient faults hit anew for each image (method.md, "Faults in
// activations"). Includes LibTorch.
#pragma once

#include <cstddef>
#include <span>
#include <stop_token>

#include "evaluation/evaluator_state.h"
#include "faults/trial_faults.h"
#include "network/parameter_codec.h"

namespace clipscope {

// Where a program computes the output of a part: of an activation site its activation's, clipped or protected where the site is; of a layer
// what it makes of the images with its weight and bias, the last time where it is used several times. Throws UsageError where that lies
// inside a branch or a loop.
struct OutputPlace {
    std::size_t step = 0;
    Slot slot = 0;
};
OutputPlace find_output(const Evaluator::State& evaluator, std::size_t part);

// The values of one image as words of the network's number format, counted row-major; which of their bits may be faulty and in which
// patterns is its memory's. Throws UsageError where they do not lie image by image.
OutputMemory output_memory(const Evaluator::State& evaluator, std::size_t part);

// How a value of that output becomes a word and back; its element is always 0. An int8 has one scale: the largest magnitude that the
// network without faults puts out there for all images, over 127; where measure_output_scales() has not found it, it is found now.
ParameterCodec output_codec(const Evaluator::State& evaluator, std::size_t part);

// For these parts at once, in one pass of all images; nothing where the format needs no scale. Unfinished where it was stopped.
void measure_output_scales(const Evaluator::State& evaluator, std::span<const std::size_t> parts, int threads, const std::stop_token& stop);

}  // namespace clipscope
