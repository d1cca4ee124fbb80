// A faulty forward pass that computes only what differs from the clean one. Includes LibTorch.
//
// Next to each clean value stands what the faults made of it: nothing (equal), some channels, or all of it.
//  - Few faulty rows of a weight change few output channels: only those are computed.
//  - Few changed input channels: only their contribution is computed and added to the clean output. This adds in another order than a full
//    pass does, so results can differ from it by rounding.
//  - What must be computed whole is computed by the cheaper of two ways (DenseStep).
//  - Images whose values have all become equal to the clean ones leave the batch with the clean logits; images proved to end in NaN logits
//    leave it too.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "evaluation/evaluator_state.h"

namespace clipscope {

// A parameter with faulty bits: its whole faulty copy and the rows (first dimension) that hold them, ascending.
struct FaultyParameter {
    at::Tensor values;
    std::vector<std::int64_t> rows;
};

using FaultyParameters = std::unordered_map<Slot, FaultyParameter>;

class IncrementalRun {
public:
    IncrementalRun(const Evaluator::State& evaluator, const FaultyParameters& faulty);

    // Adds the outcome of one chunk of images with the faults, whose first reader is `first_step`; appends the logits where they are asked for.
    void run(std::size_t chunk, std::size_t first_step, Outcome& outcome, std::vector<float>* logits);

private:
    // What became of a clean value, for the images still in the batch: `channels` (indices into dimension 1) of it, or all of it where undefined.
    struct Changed {
        at::Tensor values;
        at::Tensor channels;
        bool is_whole() const { return !channels.defined(); }
    };
    enum class Fate : std::uint8_t { active, clean, all_nan };

    void start(std::size_t chunk, std::size_t first_step);
    bool is_affected(const Step& step) const;
    void execute(std::size_t index);
    void run_weighted(std::size_t index);
    bool run_dense(std::size_t index, const std::vector<std::int64_t>& rows);
    void run_channelwise(std::size_t index);
    void run_batch_norm(std::size_t index);
    void run_add(std::size_t index);
    void run_flatten(std::size_t index);
    void run_shape_only(std::size_t index);
    void run_whole(std::size_t index);

    at::Tensor compute(std::size_t index);  // runs the step on scratch_, returns its only output
    at::Tensor compute_rows(std::size_t index, const at::Tensor& rows);
    at::Tensor compute_contribution(std::size_t index, const Changed& input);
    void replace_rows(std::size_t index, const std::vector<std::int64_t>& rows, at::Tensor& result);
    std::vector<std::int64_t> faulty_rows(const Step& step) const;
    const at::Tensor& parameter(Slot slot) const;

    bool is_kept(Slot slot) const { return evaluator_.clean_values[chunk_][std::size_t(slot)].isTensor(); }
    const Changed* find_changed(Slot slot) const;
    at::Tensor clean(Slot slot) const;            // of the images still in the batch
    at::Tensor whole(Slot slot) const;            // likewise, faults included
    c10::IValue value_for_operation(Slot slot) const;
    void set(Slot slot, at::Tensor values, at::Tensor channels = {});

    void forget_equal_channels(Slot slot);
    void drop_finished(std::size_t index);
    void drop_rows_with_nan(const at::Tensor& input);
    void mark_equal(std::size_t index, std::vector<Fate>& fates) const;
    void drop(const std::vector<Fate>& fates);
    void score(Outcome& outcome, std::vector<float>* logits) const;

    const Evaluator::State& evaluator_;
    const Program& program_;
    const FaultyParameters& faulty_;
    Frame scratch_;
    std::size_t chunk_ = 0;
    std::unordered_map<Slot, Changed> changed_;
    std::unordered_map<Slot, c10::IValue> others_;  // values of the images that are no tensors
    std::vector<std::int64_t> active_;              // images still in the batch
    bool all_active_ = true;
    at::Tensor active_index_;
    std::vector<Fate> fates_;                       // of all images of the chunk
};

}  // namespace clipscope
