// A faulty forward pass that computes only what differs from the clean one. Includes LibTorch.
//
// Next to each clean value stands what the faults made of it: nothing (equal), some channels, or all of it.
//  - Few faulty rows of a weight change few output channels: only those are computed.
//  - Few faulty elements of a weight change each output by few products: only these are added (add_fault_update()).
//  - Few changed input channels: only their contribution is computed and added to the clean output. This adds in another order than a full
//    pass does, so results can differ from it by rounding.
//  - What must be computed whole is computed by the cheaper of two ways (DenseStep).
//  - Images whose values have all become equal to the clean ones leave the run with the clean logits; images proved to end in NaN logits
//    leave it too.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <unordered_map>
#include <utility>
#include <vector>

#include "evaluation/clean_cache.h"
#include "evaluation/evaluator_state.h"
#include "evaluation/fault_injector.h"
#include "evaluation/faulty_outputs.h"
#include "evaluation/trial_results.h"

namespace clipscope {

class IncrementalRun {
public:
    // All must outlive it; the cache is the worker's own.
    IncrementalRun(const Evaluator::State& evaluator, const FaultyParameters& faulty, CleanCache& cache, std::stop_token stop);

    // Faults in the values that steps put out, which must outlive it as well; before start(). Not for runs that share products.
    void hit_outputs(FaultyOutputs& outputs) { outputs_ = &outputs; }

    // The images to run together with faults whose first reader is `first_step`, which is_incremental(): passes, or chunks where values at
    // the start are known chunk by chunk only. Where clean values must be computed again, as few as may run together.
    static std::vector<ImageRange> ranges(const Evaluator::State& evaluator, std::size_t first_step);

    // Begins with images of one of the ranges().
    void start(const ImageRange& range, std::size_t first_step);
    // Likewise with some of them alone, ascending by their place among all; where passes of so few would be computed otherwise, others keep
    // them company without a result. Values at the start must be known image by image.
    void start(const ImageRange& range, std::span<const std::int64_t> images, std::size_t first_step);
    // Runs up to the step, exclusively; ends early where it is stopped.
    void run_until(std::size_t step);
    // Runs to the end and hands in every image's result; false where it is stopped.
    bool finish(TrialResults& results);

    // For several runs that share products with clean parameters: runs to the end, or to the next such product, whose input this is; no
    // step follows before the product is taken. Nothing at the end or where it is stopped.
    struct WantedProduct {
        std::size_t step = 0;
        at::Tensor input;  // N×inputs, in the shape of the step's input
    };
    std::optional<WantedProduct> run_to_product();
    void take_product(at::Tensor product);
    void report(TrialResults& results) const;  // at the end

    // The same images and faulty values in another evaluator that shares all clean values so far.
    IncrementalRun continued_in(const Evaluator::State& other) const;
    // Takes over the images of another run of the same evaluator and faults that stands at the same step. False, and nothing is done, where
    // the two cannot become one: where clean values are not kept, or where numbers of whole batches are about.
    bool take_over(const IncrementalRun& other);
    // Lets the images for which `goes` holds go without a result.
    void leave(const std::function<bool(std::int64_t image)>& goes);

    // Those still in the run without a result, by their place among all.
    std::vector<std::int64_t> images() const;
    // All images whose values are computed, those that already have a result among them.
    const std::vector<std::int64_t>& active() const { return active_; }
    bool is_done() const { return active_.empty(); }
    std::size_t next_step() const { return next_; }

    // How a clean value has changed, for the images still in the run: `channels` (indices into dimension 1) of it, or all of it where
    // undefined.
    struct Changed {
        at::Tensor values;
        at::Tensor channels;
        bool is_whole() const { return !channels.defined(); }
    };
    const Changed* find_changed(Slot slot) const;
    c10::IValue value_for_operation(Slot slot) const;  // faults included

private:
    enum class Fate : std::uint8_t { active, clean, all_nan, gone };

    bool is_affected(std::size_t index) const;
    bool reads_faulty_threshold(std::size_t index) const;
    void execute(std::size_t index);
    void run_weighted(std::size_t index);
    bool run_dense(std::size_t index, const std::vector<std::int64_t>& rows, bool can_update);
    void run_whole_layer(std::size_t index, const std::vector<std::int64_t>& rows, bool can_update);
    void run_channelwise(std::size_t index);
    void run_batch_norm(std::size_t index);
    void run_add(std::size_t index);
    void run_flatten(std::size_t index);
    void run_shape_only(std::size_t index);
    void run_whole(std::size_t index);

    at::Tensor compute(std::size_t index);  // runs the step on scratch_, returns its only output
    at::Tensor compute_rows(std::size_t index, const at::Tensor& rows);
    at::Tensor compute_contribution(std::size_t index, const Changed& input);  // of clean parameters
    void correct_rows(std::size_t index, const std::vector<std::int64_t>& rows, bool can_update, at::Tensor& result);
    bool can_update_faults(std::size_t index, const std::vector<std::int64_t>& rows) const;
    void update_faults(std::size_t index, const std::vector<std::int64_t>& rows, at::Tensor& result) const;
    std::vector<std::int64_t> faulty_rows(const Step& step, std::size_t parameters) const;
    const at::Tensor& parameter(Slot slot) const;

    bool is_known(Slot slot) const { return evaluator_->is_known(slot); }
    bool is_row_by_row(Slot slot) const { return evaluator_->measured[std::size_t(slot)].layout.has_value(); }
    bool has_planes(Slot slot) const;                  // known, and its numbers lie image by image, channel by channel
    std::vector<std::int64_t> shape(Slot slot) const;  // of a known value, of the images still in the run
    at::Tensor clean(Slot slot) const;                 // of the images still in the run
    at::Tensor whole(Slot slot) const;                 // likewise, faults included
    at::Tensor of_channels(Slot slot, const at::Tensor& channels) const;
    void set(Slot slot, at::Tensor values, at::Tensor channels = {});

    void make_output_faulty(std::size_t index);
    void drop_finished(std::size_t index);
    void drop_rows_with_nan(Slot input);
    void mark_equal(std::size_t index, std::vector<Fate>& fates) const;
    void drop(const std::vector<Fate>& fates);
    void let_settled_go();
    bool can_let_go() const;
    bool can_unite(const IncrementalRun& other) const;
    void note_active_images();
    void begin(const ImageRange& range, std::vector<std::int64_t> active, std::size_t first_step);
    void end_step();

    std::stop_token stop_;
    const Evaluator::State* evaluator_;
    const Program& program_;
    const FaultyParameters& faulty_;
    CleanCache* cache_;
    FaultyOutputs* outputs_ = nullptr;
    ImageRange range_;
    Frame scratch_;
    std::size_t next_ = 0;
    std::unordered_map<Slot, Changed> changed_;
    std::unordered_map<Slot, c10::IValue> others_;     // values of the images that are no tensors
    std::vector<std::int64_t> active_;                 // images still in the run, ascending within a chunk
    bool is_range_ = true;                             // active_ is n, n + 1, ...
    at::Tensor active_index_;                          // active_, where it is no range
    std::vector<bool> is_settled_;                     // of active_: has a result, and stays because a pass needs more images than are left
    std::vector<std::pair<std::int64_t, Fate>> left_;  // images that have a result

    struct AwaitedProduct {
        at::Tensor input;
        std::vector<std::int64_t> rows;
        bool can_update = false;
    };
    bool leaves_products_ = false;  // to the caller of run_to_product()
    std::optional<AwaitedProduct> awaited_;
};

}  // namespace clipscope
