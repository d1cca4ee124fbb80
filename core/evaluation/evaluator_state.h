// What an Evaluator holds and its TrialRunners read. Includes LibTorch.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "evaluation/dense_steps.h"
#include "evaluation/evaluator.h"
#include "evaluation/image_batches.h"
#include "evaluation/row_layout.h"
#include "evaluation/scoring.h"
#include "evaluation/step_traits.h"
#include "network/layer_finder.h"
#include "network/program.h"

namespace clipscope {

// The clean values alive before a step, for one chunk of images.
using KeptValues = std::vector<std::pair<Slot, c10::IValue>>;

// What a pass of a few images tells of a value that steps compute.
struct MeasuredValue {
    std::optional<RowLayout> layout;  // of images' values that lie image by image
    std::size_t image_bytes = 0;      // of the memory that the value lies in, for one image
    std::size_t memory = 0;           // values of one number share that memory; 0: a parameter's or the images'
    Slot same_as = -1;                // the first slot whose contiguous numbers these are too, in this shape or another
};

// By part: the largest magnitude of what it puts out, once it is known (output_memory.h). Any number of threads.
struct OutputScales {
    std::mutex mutex;
    std::map<std::size_t, float> largest;
};

struct Evaluator::State {
    std::shared_ptr<const Network> network;
    at::Device device = at::kCPU;
    std::size_t memory_budget = 0;
    Clipping clipping;                                     // asked for
    Clipping thresholds;                                   // stored: those, and the file's own
    std::shared_ptr<const SiteProtections> protections;    // of other sites; null: none
    std::shared_ptr<OutputScales> output_scales = std::make_shared<OutputScales>();
    StepOverrides overrides;                               // the clipped and the protected sites
    StepOverrides overrides_apart;                         // those and all else that run_step_apart() runs otherwise
    std::unordered_map<std::size_t, Slot> threshold_read;  // by step: where a clipped site's threshold is
    std::shared_ptr<const PreparedImages> images;
    std::vector<std::int64_t> image_numbers;                            // by image, in the data set
    std::size_t most_images = std::numeric_limits<std::size_t>::max();  // the others stay out
    std::vector<ImageRange> chunks;                                     // the images of a pass; the last may have fewer
    std::size_t chunk = 0;                                              // images a chunk
    std::vector<Verdict> clean_verdicts;                                // by image
    at::Tensor clean_logits;                                            // N×classes on the CPU
    Outcome clean;
    std::size_t classes = 0;
    std::size_t kept_bytes = 0;
    std::map<std::size_t, std::vector<KeptValues>> kept;  // by step, ascending: one entry a chunk
    std::size_t shared_until = 0;                         // steps before this one gave the values that came from another evaluator
    Frame initial_frame;                                  // parameters, constants and thresholds on the device
    std::vector<std::uint64_t> multiplications;           // of each step, for one image; convolutions and linear layers

    std::vector<MeasuredValue> measured;   // by slot
    std::vector<bool> batch_slots;         // slots that depend on the images
    std::vector<std::size_t> last_reader;  // of each slot, the last step that reads it

    // For evaluating only what differs from the clean run (IncrementalRun); not used where `exact` is set: asked for, on a GPU, or because
    // images influence each other. What a trial may use of the clean run follows from the network and the images alone, never from what
    // memory had room to keep: values that are not kept are computed again when they are needed (CleanCache).
    bool exact = false;
    bool is_probed = false;                     // whether images influence each other
    std::optional<std::size_t> dependent_step;  // the first step at which they do
    bool has_fixed_pass = false;                // the network takes passes of a chunk's images and no others
    std::size_t incremental_from = 0;           // trials whose faults are read before this step run whole passes
    std::size_t least_images = 1;               // a pass of fewer would be computed by other kernels
    std::size_t largest_image_bytes = 1;        // of a value, for one image
    std::vector<bool> has_clean;                // by slot: images' values that trials may use
    std::vector<StepTraits> traits;
    Frame clean_values;            // by slot, of all images (N×…); None where the value is not kept
    std::vector<char> is_finite;   // by slot: no NaN or infinity in a value that trials may use
    bool clean_is_finite = true;   // in none of them
    bool keeps_all_clean = false;  // every value of has_clean is in clean_values
    std::shared_ptr<const std::map<std::size_t, DenseStep>> dense_steps;  // with clean parameters; null until they are worth packing
    std::size_t images_a_pass = 0;  // at least a chunk; more where values are small, for a pass has costs of its own
    bool stacks = false;            // variants of a network in one pass (StackedRun) instead of one after the other

    // The bound that a search varies: a clipped site's threshold, or the only upper bound of one that is protected otherwise.
    std::optional<float> bound_of(std::size_t site) const;

    // Puts the thresholds and protections on that are asked for; everything computed before is another network's.
    void clip();
    // Puts them into a frame of another evaluator, but for those that are `faulty`.
    template <typename Faulty>
    void put_thresholds(const Faulty& faulty, Frame& frame) const {
        for (const auto& [step, slot] : threshold_read)
            if (!faulty.contains(slot)) frame[std::size_t(slot)] = initial_frame[std::size_t(slot)];
    }

    std::size_t image_count() const { return std::min(images->size(), most_images); }
    std::size_t first_image(std::size_t chunk_index) const { return chunks[chunk_index].first; }

    // Runs a few images through the network and decides from what is seen, and nothing else, what follows from network and images:
    // `measured`, `multiplications`, `chunk` (unless one is asked for), `chunks`, `has_clean`, ...
    void measure(int asked_chunk);
    void measure_pass(std::size_t images, const std::vector<bool>& has_rows, int asked_chunk);
    std::size_t choose_clean_values();
    void split();
    void pack();  // dense_steps

    // The values to start from for a trial whose first faulty layer reads its parameters at `step`: the nearest kept step at or before it.
    std::size_t start_step(std::size_t step) const;
    Frame start_frame(std::size_t start, std::size_t chunk_index) const;

    // Whether a trial may use the clean value: of the images' values those of has_clean, all that do not depend on the images.
    bool is_known(Slot slot) const {
        return batch_slots[std::size_t(slot)] ? bool(has_clean[std::size_t(slot)]) : clean_values[std::size_t(slot)].isTensor();
    }
    // Whether all values alive before the step are known, image by image: any images may then run together from there.
    bool starts_apart_at(std::size_t step) const;
    // Whether they are all kept as well.
    bool has_clean_values_at(std::size_t step) const;
    // Whether a trial with faults read from this step on computes only what differs.
    bool is_incremental(std::size_t first_step) const { return !exact && first_step >= incremental_from; }

    // The chunks that hold these images, which are whole chunks.
    std::vector<std::size_t> chunks_of(const ImageRange& range) const;
    // All images in whole chunks, so many at least in each.
    std::vector<ImageRange> ranges(std::size_t images_a_range) const;

    // One step as trials run it: as the network does, but with products and functions whose rows do not depend on each other.
    void run_step_apart(std::size_t index, Frame& frame) const;

    // Steps [first, last) of the whole network on a chunk's frame, by the network's own operations and the clipped sites'.
    void run_whole_steps(Frame& frame, std::size_t chunk_index, std::size_t first, std::size_t last) const;

    // Gives back about half of the clean values kept for steps from `first` on, the earliest first; false where there are none.
    bool release_kept(std::size_t first);

    // The counts of all images with these verdicts, by image.
    Outcome outcome_of(std::span<const Verdict> verdicts) const;
};

}  // namespace clipscope
