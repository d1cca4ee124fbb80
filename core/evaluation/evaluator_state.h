// What an Evaluator holds and its TrialRunners read. Includes LibTorch.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "evaluation/dense_steps.h"
#include "evaluation/evaluator.h"
#include "evaluation/image_batches.h"
#include "evaluation/scoring.h"
#include "evaluation/step_traits.h"
#include "network/layer_finder.h"
#include "network/program.h"

namespace clipscope {

// The clean values alive before a step, for one chunk of images.
using KeptValues = std::vector<std::pair<Slot, c10::IValue>>;

// Images that are evaluated together: first, first + 1, ...
struct ImageRange {
    std::size_t first = 0;
    std::size_t count = 0;
};

struct Evaluator::State {
    std::shared_ptr<const Network> network;
    at::Device device = at::kCPU;
    std::size_t memory_budget = 0;
    Clipping clipping;                                     // asked for
    Clipping thresholds;                                   // stored: those, and the file's own
    StepOverrides overrides;                               // the clipped sites
    std::unordered_map<std::size_t, Slot> threshold_read;  // by step: where a clipped site's threshold is
    std::shared_ptr<const ImageBatch> images;
    std::shared_ptr<const std::vector<ImageBatch>> batches;  // views of `images`, chunk by chunk
    std::size_t chunk = 0;                                   // images a chunk; the last may have fewer
    std::vector<Verdict> clean_verdicts;                     // by image
    at::Tensor clean_logits;                                 // N×classes on the CPU
    Outcome clean;
    std::size_t classes = 0;
    std::size_t kept_bytes = 0;
    std::map<std::size_t, std::vector<KeptValues>> kept;  // by step, ascending: one entry a chunk
    std::size_t shared_until = 0;                         // steps before this one gave the values that came from another evaluator
    Frame initial_frame;                                  // parameters, constants and thresholds on the device
    std::vector<std::uint64_t> multiplications;           // of each step, for one image; convolutions and linear layers

    // For evaluating only what differs from the clean run (IncrementalRun); not used where `exact` is asked for or on a GPU.
    bool exact = false;
    std::vector<StepTraits> traits;
    std::vector<bool> batch_slots;         // slots that depend on the images
    std::vector<std::size_t> last_reader;  // of each slot, the last step that reads it
    Frame clean_values;                    // by slot, of all images (N×…); None where the value is not kept
    std::shared_ptr<const std::map<std::size_t, DenseStep>> dense_steps;  // with clean parameters; null until they are worth packing
    bool clean_is_finite = true;                                          // no NaN or infinity in any kept value
    std::size_t images_a_pass = 0;  // at least a chunk; more where values are small, for a pass has costs of its own
    bool stacks = false;            // variants of a network in one pass (StackedRun) instead of one after the other
    bool can_drop_images = false;   // each image's values are a row of their own and do not depend on the other images

    // Puts the thresholds on that `clipping` asks for; everything computed before is another network's.
    void clip();
    // Puts them into a frame of another evaluator, but for those that are `faulty`.
    template <typename Faulty>
    void put_thresholds(const Faulty& faulty, Frame& frame) const {
        for (const auto& [step, slot] : threshold_read)
            if (!faulty.contains(slot)) frame[std::size_t(slot)] = initial_frame[std::size_t(slot)];
    }

    std::size_t image_count() const { return images->labels.size(); }
    std::size_t first_image(std::size_t chunk_index) const { return chunk_index * chunk; }

    // The values to start from for a trial whose first faulty layer reads its parameters at `step`: the nearest kept step at or before it.
    std::size_t start_step(std::size_t step) const;
    Frame start_frame(std::size_t start, std::size_t chunk_index) const;
    // Whether start_frame() can begin at `step` because `clean_values` has all that is alive there.
    bool has_clean_values_at(std::size_t step) const;

    // All images in chunks, or in passes of images_a_pass.
    std::vector<ImageRange> ranges(std::size_t images_a_range) const;
    std::size_t chunk_of(const ImageRange& range) const { return range.first / chunk; }

    // Steps [first, last) of the whole network on a chunk's frame, by the network's own operations and the clipped sites'.
    void run_whole_steps(Frame& frame, std::size_t chunk_index, std::size_t first, std::size_t last) const;

    // Gives back about half of the clean values kept for steps from `first` on, the earliest first; false where there are none.
    bool release_kept(std::size_t first);

    // The counts of all images with these verdicts, by image.
    Outcome outcome_of(std::span<const Verdict> verdicts) const;
};

}  // namespace clipscope
