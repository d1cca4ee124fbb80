// The values that layers and activations put out, faulty in one trial at one rate. Includes LibTorch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "evaluation/evaluator_state.h"
#include "faults/injection_counts.h"
#include "faults/trial_faults.h"
#include "network/parameter_codec.h"

namespace clipscope {

// Owned by one thread.
class FaultyOutputs {
public:
    // The bits whose mark is below `rate`. The evaluator must outlive it.
    FaultyOutputs(const Evaluator::State& evaluator, std::span<const OutputFaults> faults, double rate);

    bool is_empty() const { return at_step_.empty(); }
    std::size_t first_step() const;          // that puts out a faulty value; the number of steps where there is none
    std::vector<std::size_t> steps() const;  // all of these, ascending
    std::map<std::size_t, std::vector<std::int64_t>> images_by_first_step() const;  // ascending by their place among all
    bool is_hit_from(std::int64_t image, std::size_t step) const;                   // at this step or later
    bool is_hit(const ImageRange& range) const;                                     // any of these images

    bool has_step(std::size_t step) const { return at_step_.contains(step); }
    // Whether the step's output is faulty for one of the images.
    bool is_hit_at(std::size_t step, std::span<const std::int64_t> images) const;
    Slot slot_at(std::size_t step) const { return at_step_.at(step).slot; }
    // The step's output for these images (one a row, -1: no one's) with its faults; `values` stay as they are. Throws Error where memory
    // does not show the faults afterwards.
    at::Tensor with_faults(std::size_t step, std::span<const std::int64_t> images, const at::Tensor& values);

    // From now on with_faults() adds every faulty value here.
    void list_values(std::vector<FaultyOutputValue>& values) { listed_ = &values; }

    // What was asked for, and what with_faults() found; one entry for each output.
    InjectionCounts counts() const;

private:
    struct Word {
        std::int64_t element = 0;
        std::uint32_t mask = 0;
    };
    struct AtStep {
        Slot slot = 0;
        ParameterCodec codec;
        std::size_t counts = 0;                                     // place among counts_
        std::unordered_map<std::int64_t, std::vector<Word>> words;  // by image
    };
    struct Span {
        std::size_t first = 0;
        std::size_t last = 0;
    };
    void hit_row(const AtStep& hit, std::int64_t image, float* row, const at::Tensor& values);

    const Evaluator::State& evaluator_;
    std::map<std::size_t, AtStep> at_step_;
    std::unordered_map<std::int64_t, Span> steps_of_image_;
    InjectionCounts counts_;
    std::vector<FaultyOutputValue>* listed_ = nullptr;
};

}  // namespace clipscope
