// What an Evaluator holds and its TrialRunners read. Includes LibTorch.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "evaluation/evaluator.h"
#include "evaluation/image_batches.h"
#include "network/layer_finder.h"
#include "network/program.h"

namespace clipscope {

// The clean values alive before a step, for one chunk of images.
using KeptValues = std::vector<std::pair<Slot, c10::IValue>>;

struct Evaluator::State {
    std::shared_ptr<const Network> network;
    at::Device device = at::kCPU;
    std::size_t memory_budget = 0;
    Clipping clipping;
    StepOverrides overrides;       // the clipped sites
    std::shared_ptr<const std::vector<ImageBatch>> batches;
    std::vector<std::vector<std::int32_t>> clean_predictions;  // per chunk
    Outcome clean;
    std::size_t classes = 0;
    std::size_t kept_bytes = 0;
    std::map<std::size_t, std::vector<KeptValues>> kept;  // by step, ascending: one entry a chunk
    std::size_t shared_until = 0;                         // steps before this one gave the values that came from another evaluator
    Frame initial_frame;                                  // parameters and constants on the device

    // The values to start from for a trial whose first faulty layer reads its parameters at `step`: the nearest kept step at or before it.
    std::size_t start_step(std::size_t step) const;
    Frame start_frame(std::size_t start, std::size_t chunk) const;
};

// Adds the judgement of one chunk's logits (N×classes, any device).
void score_batch(const at::Tensor& logits, const std::vector<std::int32_t>& labels, const std::vector<std::int32_t>& clean_predictions,
                 Outcome& outcome);

}  // namespace clipscope
