#include "evaluation/clean_run.h"

#include <algorithm>
#include <optional>

#include "common/error.h"
#include "evaluation/scoring.h"

namespace clipscope {

namespace {

void check_logits(const at::Tensor& logits, const ImageBatch& batch, const Network& network) {
    if (logits.dim() != 2 || logits.size(0) != std::int64_t(batch.labels.size()) || !logits.is_floating_point())
        throw Error("\"" + network.path() + "\" gives no row of logits for each image: export it so that forward returns N×classes numbers.");
    for (std::int32_t label : batch.labels)
        if (label >= logits.size(1))
            throw Error("\"" + network.path() + "\" knows " + std::to_string(logits.size(1)) + " classes, but an image is labelled " +
                        std::to_string(label) + ": choose images of the classes it was trained on.");
}

void add(const Outcome& part, Outcome& sum) {
    sum.images += part.images;
    sum.correct += part.correct;
    sum.correct_argmax += part.correct_argmax;
    sum.top5 += part.top5;
    sum.top5_argmax += part.top5_argmax;
    sum.due += part.due;
    sum.sdc += part.sdc;
}

// Counts memory once, however many values are views of it, and not at all where it belongs to parameters and constants.
class Budget {
public:
    Budget(std::size_t bytes, const Frame& free) : left_(bytes) {
        for (const c10::IValue& value : free)
            if (value.isTensor()) counted_.insert(value.toTensor().storage().data());
    }

    // Takes what the values need for so many chunks, all of it or nothing.
    bool take(const std::vector<const c10::IValue*>& values, std::size_t chunks) {
        std::size_t bytes = 0;
        std::vector<const void*> added;
        for (const c10::IValue* value : values)
            if (value->isTensor() && counted_.insert(value->toTensor().storage().data()).second) {
                added.push_back(value->toTensor().storage().data());
                bytes += value->toTensor().storage().nbytes() * chunks;
            }
        if (bytes > left_) {
            for (const void* data : added) counted_.erase(data);
            return false;
        }
        left_ -= bytes;
        taken_ += bytes;
        return true;
    }

    std::size_t taken() const { return taken_; }

private:
    std::size_t left_;
    std::size_t taken_ = 0;
    std::unordered_set<const void*> counted_;
};

}  // namespace

CleanRun::CleanRun(Evaluator::State& state, std::set<std::size_t> steps) : state_(state), steps_(std::move(steps)) {
    const std::size_t chunks = state_.batches->size();
    const Program& program = state_.network->program();
    state_.kept.erase(state_.kept.upper_bound(state_.shared_until), state_.kept.end());
    for (const auto& [step, values] : state_.kept) steps_.erase(step);
    begin_ = state_.start_step(state_.shared_until);
    state_.clean_values.resize(chunks, Frame(program.initial_frame().size()));
    for (Frame& values : state_.clean_values)
        for (std::size_t i = begin_; i < program.steps().size(); ++i)
            for (Slot slot : program.steps()[i].outputs) values[std::size_t(slot)] = c10::IValue();
    state_.clean = {};
    state_.clean_is_finite = true;
    state_.clean_predictions.assign(chunks, {});
    state_.clean_logits.assign(chunks, {});
}

void CleanRun::run_first() {
    ChunkValues values = run_chunk(0, true);
    const torch::NoGradGuard no_gradients;
    if (!state_.exact && !state_.dense_steps && !steps_.empty()) {
        Frame& by_slot = values.by_slot;
        by_slot[std::size_t(state_.network->program().input_slot())] = (*state_.batches)[0].images;
        state_.dense_steps =
            std::make_shared<std::map<std::size_t, DenseStep>>(pack_dense_steps(state_.network->program(), state_.traits, by_slot));
    }
    choose(values);
    keep(std::move(values), 0);
    if (!state_.exact) state_.can_drop_images = images_are_independent();
}

void CleanRun::run_other(std::size_t chunk) { keep(run_chunk(chunk, false), chunk); }

CleanRun::ChunkValues CleanRun::run_chunk(std::size_t chunk, bool keep_all) {
    const torch::NoGradGuard no_gradients;
    const Program& program = state_.network->program();
    Frame frame = state_.start_frame(begin_, chunk);
    ChunkValues values{{}, Frame(frame.size())};
    for (std::size_t i = begin_; i < program.steps().size(); ++i) {
        if (steps_.contains(i))
            for (Slot slot : program.alive_at(i)) values.at_steps[i].emplace_back(slot, frame[std::size_t(slot)]);
        program.run(frame, i, i + 1, state_.overrides);
        for (Slot slot : program.steps()[i].outputs)
            if (keep_all || slots_.contains(slot)) values.by_slot[std::size_t(slot)] = frame[std::size_t(slot)];
    }
    judge(program.output(frame).to(at::kCPU, at::kFloat).contiguous(), chunk);
    return values;
}

// Later values save more work and, in most networks, take less memory; those that trials start from go first.
void CleanRun::choose(const ChunkValues& values) {
    const std::size_t chunks = state_.batches->size();
    const Program& program = state_.network->program();
    Budget budget(state_.memory_budget, state_.initial_frame);
    std::set<std::size_t> chosen;
    for (auto step = values.at_steps.rbegin(); step != values.at_steps.rend(); ++step) {
        std::vector<const c10::IValue*> needed;
        for (const auto& [slot, value] : step->second)
            if (slot != program.input_slot()) needed.push_back(&value);
        if (budget.take(needed, chunks)) chosen.insert(step->first);
    }
    if (!state_.exact)
        for (std::size_t i = program.steps().size(); i-- > begin_;)
            for (Slot slot : program.steps()[i].outputs)
                if (budget.take({&values.by_slot[std::size_t(slot)]}, chunks)) slots_.insert(slot);
    steps_ = std::move(chosen);
    for (std::size_t step : steps_) state_.kept[step].resize(chunks);
    state_.kept_bytes = budget.taken();
}

void CleanRun::keep(ChunkValues values, std::size_t chunk) {
    for (auto& [step, kept] : values.at_steps)
        if (steps_.contains(step)) state_.kept.at(step)[chunk] = std::move(kept);
    const Slot input = state_.network->program().input_slot();
    Frame& by_slot = state_.clean_values[chunk];
    by_slot[std::size_t(input)] = (*state_.batches)[chunk].images;
    bool finite = true;
    for (Slot slot : slots_) {
        const c10::IValue& value = by_slot[std::size_t(slot)] = std::move(values.by_slot[std::size_t(slot)]);
        if (value.isTensor() && value.toTensor().is_floating_point()) finite = finite && value.toTensor().isfinite().all().item<bool>();
    }
    const std::lock_guard lock(mutex_);
    state_.clean_is_finite = state_.clean_is_finite && finite;
}

void CleanRun::judge(const at::Tensor& logits, std::size_t chunk) {
    const ImageBatch& batch = (*state_.batches)[chunk];
    check_logits(logits, batch, *state_.network);
    std::vector<std::int32_t>& predictions = state_.clean_predictions[chunk];
    const auto classes = std::size_t(logits.size(1));
    for (std::size_t i = 0; i < batch.labels.size(); ++i) predictions.push_back(predicted_class({logits.data_ptr<float>() + i * classes, classes}));
    Outcome outcome;
    score_batch(logits, batch.labels, predictions, outcome);
    state_.clean_logits[chunk] = logits;
    const std::lock_guard lock(mutex_);
    state_.classes = classes;
    add(outcome, state_.clean);
}

// Whether an image alone gives what it gives among others: its values are a row of their own everywhere, and no count of images is built in.
bool CleanRun::images_are_independent() const {
    const torch::NoGradGuard no_gradients;
    const Program& program = state_.network->program();
    const at::Tensor& images = (*state_.batches)[0].images;
    try {
        Frame frame = state_.initial_frame;
        frame[std::size_t(program.input_slot())] = images.narrow(0, 0, 1);
        for (std::size_t i = 0; i < program.steps().size(); ++i) {
            program.run(frame, i, i + 1, state_.overrides);
            for (Slot slot : program.steps()[i].outputs) {
                const c10::IValue& value = frame[std::size_t(slot)];
                if (value.isTensor() && state_.batch_slots[std::size_t(slot)] && (value.toTensor().dim() == 0 || value.toTensor().size(0) != 1)) return false;
            }
        }
        const at::Tensor alone = program.output(frame).to(at::kCPU, at::kFloat);
        return at::allclose(alone, state_.clean_logits[0].narrow(0, 0, 1), 1e-3, 1e-3, true);
    } catch (const c10::Error&) {
        return false;
    }
}

}  // namespace clipscope
