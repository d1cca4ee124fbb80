// What an Evaluator holds and its TrialRunners read. Includes LibTorch.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "evaluation/dense_steps.h"
#include "evaluation/evaluator.h"
#include "evaluation/image_batches.h"
#include "evaluation/step_traits.h"
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
    std::vector<at::Tensor> clean_logits;                      // per chunk, N×classes on the CPU
    std::size_t classes = 0;
    std::size_t kept_bytes = 0;
    std::map<std::size_t, std::vector<KeptValues>> kept;  // by step, ascending: one entry a chunk
    std::size_t shared_until = 0;                         // steps before this one gave the values that came from another evaluator
    Frame initial_frame;                                  // parameters and constants on the device

    // For evaluating only what differs from the clean run (IncrementalRun); not used where `exact` is asked for or on a GPU.
    bool exact = false;
    std::vector<StepTraits> traits;
    std::vector<bool> batch_slots;           // slots that depend on the images
    std::vector<std::size_t> last_reader;    // of each slot, the last step that reads it
    std::vector<Frame> clean_values;         // per chunk, by slot; None where the value is not kept
    std::shared_ptr<const std::map<std::size_t, DenseStep>> dense_steps;  // with clean parameters; null until they are worth packing
    bool clean_is_finite = true;             // no NaN or infinity in any kept value
    bool can_drop_images = false;            // each image's values are a row of their own and do not depend on the other images

    // The values to start from for a trial whose first faulty layer reads its parameters at `step`: the nearest kept step at or before it.
    std::size_t start_step(std::size_t step) const;
    Frame start_frame(std::size_t start, std::size_t chunk) const;
};

// Adds the judgement of one chunk's logits (N×classes, any device).
void score_batch(const at::Tensor& logits, const std::vector<std::int32_t>& labels, const std::vector<std::int32_t>& clean_predictions,
                 Outcome& outcome);

}  // namespace clipscope
