#include "evaluation/clean_run.h"

#include <algorithm>
#include <map>
#include <optional>

#include "common/error.h"
#include "evaluation/incremental_values.h"
#include "evaluation/operation_count.h"

namespace clipscope {

namespace {

void check_logits(const at::Tensor& logits, const ImageBatch& batch, const Network& network) {
    if (logits.dim() != 2 || logits.size(0) != std::int64_t(batch.labels.size()) || !logits.is_floating_point())
        throw Error("\"" + network.path() +
                    "\" gives no row of logits for each image: export it so that forward returns N×classes numbers.");
    for (std::int32_t label : batch.labels)
        if (label >= logits.size(1))
            throw Error("\"" + network.path() + "\" knows " + std::to_string(logits.size(1)) + " classes, but an image is labelled " +
                        std::to_string(label) + ": choose images of the classes it was trained on.");
}

// Counts memory once, however many values are views of it, and not at all where it belongs to parameters and constants.
class Budget {
public:
    Budget(std::size_t bytes, const Frame& free) : left_(bytes) {
        for (const c10::IValue& value : free)
            if (value.isTensor()) counted_.insert(memory_of(value.toTensor()));
    }

    // Takes what the values need for so many chunks, all of it or nothing.
    bool take(const std::vector<const c10::IValue*>& values, std::size_t chunks) {
        std::size_t bytes = 0;
        std::vector<const void*> added;
        for (const c10::IValue* value : values)
            if (value->isTensor() && counted_.insert(memory_of(value->toTensor())).second) {
                added.push_back(memory_of(value->toTensor()));
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
    static const void* memory_of(const at::Tensor& values) { return values.storage().data(); }

    std::size_t left_;
    std::size_t taken_ = 0;
    std::unordered_set<const void*> counted_;
};

bool is_convolution_or_linear(const Step& step) {
    return step.name == "aten::_convolution" || step.name == "aten::convolution" || step.name == "aten::conv2d" ||
           step.name == "aten::linear";
}

}  // namespace

CleanRun::CleanRun(Evaluator::State& state, std::set<std::size_t> steps) : state_(state), steps_(std::move(steps)) {
    const Program& program = state_.network->program();
    state_.clean_values.resize(state_.initial_frame.size());
    state_.kept.erase(state_.kept.upper_bound(state_.shared_until), state_.kept.end());
    for (const auto& [step, values] : state_.kept) steps_.erase(step);
    begin_ = state_.has_clean_values_at(state_.shared_until) ? state_.shared_until : state_.start_step(state_.shared_until);
    for (std::size_t i = begin_; i < program.steps().size(); ++i)
        for (Slot slot : program.steps()[i].outputs) state_.clean_values[std::size_t(slot)] = c10::IValue();
    state_.multiplications.resize(program.steps().size());
    state_.clean_is_finite = true;
    state_.clean_verdicts.assign(state_.image_count(), {});
    state_.clean_logits = at::Tensor();
}

void CleanRun::run_first() {
    const torch::NoGradGuard no_gradients;
    ChunkValues values = run_chunk(0, true);
    count_multiplications_of(values.by_slot);
    if (!state_.exact || state_.stacks) {
        const Independence found = compare_with_one_image(values.by_slot);
        state_.can_drop_images = !state_.exact && found.rows;
        state_.stacks = state_.stacks && found.rows && found.numbers && parameters_meet_images();
    }
    if (!state_.exact && !state_.dense_steps && !steps_.empty()) {
        Frame& by_slot = values.by_slot;
        by_slot[std::size_t(state_.network->program().input_slot())] = (*state_.batches)[0].images;
        state_.dense_steps =
            std::make_shared<std::map<std::size_t, DenseStep>>(pack_dense_steps(state_.network->program(), state_.traits, by_slot));
    }
    choose(values);
    if (begin_ == 0) choose_pass(values.by_slot);
    make_room(values.by_slot);
    keep(std::move(values), 0);
}

void CleanRun::run_other(std::size_t chunk) {
    const torch::NoGradGuard no_gradients;
    keep(run_chunk(chunk, false), chunk);
}

void CleanRun::finish() {
    state_.clean = state_.outcome_of(state_.clean_verdicts);
}

CleanRun::ChunkValues CleanRun::run_chunk(std::size_t chunk, bool keep_all) {
    const Program& program = state_.network->program();
    Frame frame = state_.start_frame(begin_, chunk);
    ChunkValues values{{}, Frame(frame.size())};
    for (std::size_t i = begin_; i < program.steps().size(); ++i) {
        if (steps_.contains(i))
            for (Slot slot : program.alive_at(i)) values.at_steps[i].emplace_back(slot, frame[std::size_t(slot)]);
        state_.run_whole_steps(frame, chunk, i, i + 1);
        for (Slot slot : program.steps()[i].outputs)
            if (keep_all || slots_.contains(slot)) values.by_slot[std::size_t(slot)] = frame[std::size_t(slot)];
    }
    judge_logits(program.output(frame).to(at::kCPU, at::kFloat).contiguous(), chunk);
    return values;
}

// The chunk that says so was not counted while it ran.
void CleanRun::count_multiplications_of(const Frame& by_slot) {
    const Program& program = state_.network->program();
    const std::size_t images = (*state_.batches)[0].labels.size();
    for (std::size_t i = begin_; i < program.steps().size(); ++i) {
        const Step& step = program.steps()[i];
        if (!is_convolution_or_linear(step) || !program.constant(step.inputs[1]).isTensor()) continue;
        const at::Tensor& weight = program.constant(step.inputs[1]).toTensor();
        const std::uint64_t outputs = std::uint64_t(by_slot[std::size_t(step.outputs[0])].toTensor().numel()) / images;
        const bool was_known = state_.multiplications[i] > 0;
        state_.multiplications[i] = outputs * std::uint64_t(weight.numel() / weight.size(0));
        if (!was_known) count_multiplications(state_.multiplications[i] * images);
    }
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
    if (!state_.exact && state_.can_drop_images)
        for (std::size_t i = program.steps().size(); i-- > begin_;)
            for (Slot slot : program.steps()[i].outputs)
                if (budget.take({&values.by_slot[std::size_t(slot)]}, chunks)) slots_.insert(slot);
    steps_ = std::move(chosen);
    for (std::size_t step : steps_) state_.kept[step].resize(chunks);
    state_.kept_bytes = budget.taken();
}

// Small values leave room for more images a pass.
void CleanRun::choose_pass(const Frame& by_slot) {
    constexpr std::size_t most_bytes = std::size_t(8) << 20;  // of one value: stays in the processor's caches
    const std::size_t images = (*state_.batches)[0].labels.size();
    std::size_t largest = 1;
    for (std::size_t slot = 0; slot < by_slot.size(); ++slot)
        if (by_slot[slot].isTensor() && state_.batch_slots[slot]) largest = std::max(largest, by_slot[slot].toTensor().nbytes() / images);
    state_.images_a_pass = std::max(state_.chunk, most_bytes / largest);
}

// One tensor for all images' values of a slot; slots that share memory go on sharing it.
void CleanRun::make_room(const Frame& by_slot) {
    std::map<std::pair<const void*, std::int64_t>, at::Tensor> rooms;
    state_.clean_values[std::size_t(state_.network->program().input_slot())] = state_.images->images;
    for (Slot slot : slots_) {
        const c10::IValue& value = by_slot[std::size_t(slot)];
        if (!value.isTensor() || !state_.batch_slots[std::size_t(slot)]) {
            state_.clean_values[std::size_t(slot)] = value;
            continue;
        }
        std::vector<std::int64_t> shape = value.toTensor().sizes().vec();
        shape[0] = std::int64_t(state_.image_count());
        at::Tensor& room = rooms[{value.toTensor().data_ptr(), value.toTensor().numel()}];
        if (!room.defined()) room = at::empty(shape, value.toTensor().options());
        state_.clean_values[std::size_t(slot)] = room.view(shape);
    }
}

void CleanRun::keep(ChunkValues values, std::size_t chunk) {
    const auto first = std::int64_t(state_.first_image(chunk));
    const auto count = std::int64_t((*state_.batches)[chunk].labels.size());
    bool finite = true;
    std::unordered_set<const void*> done;  // several slots may share memory
    for (Slot slot : slots_) {
        const c10::IValue& value = values.by_slot[std::size_t(slot)];
        if (!value.isTensor()) continue;
        const at::Tensor& tensor = value.toTensor();
        if (tensor.numel() > 0 && !done.insert(state_.clean_values[std::size_t(slot)].toTensor().data_ptr()).second) continue;
        if (can_be_scanned(tensor))
            finite = finite && is_all_finite(tensor);
        else if (tensor.is_floating_point())
            finite = finite && tensor.isfinite().all().item<bool>();
        if (state_.batch_slots[std::size_t(slot)]) state_.clean_values[std::size_t(slot)].toTensor().narrow(0, first, count).copy_(tensor);
    }
    for (auto& [step, kept] : values.at_steps) {
        if (!steps_.contains(step)) continue;
        for (auto& [slot, value] : kept)
            if (value.isTensor() && slots_.contains(slot) && state_.batch_slots[std::size_t(slot)])
                value = state_.clean_values[std::size_t(slot)].toTensor().narrow(0, first, count);
        state_.kept.at(step)[chunk] = std::move(kept);
    }
    const std::lock_guard lock(mutex_);
    state_.clean_is_finite = state_.clean_is_finite && finite;
}

void CleanRun::judge_logits(const at::Tensor& logits, std::size_t chunk) {
    const ImageBatch& batch = (*state_.batches)[chunk];
    check_logits(logits, batch, *state_.network);
    const auto classes = std::size_t(logits.size(1));
    if (chunk == 0) {
        state_.classes = classes;
        state_.clean_logits = at::empty({std::int64_t(state_.image_count()), logits.size(1)});
    }
    const std::size_t first = state_.first_image(chunk);
    for (std::size_t i = 0; i < batch.labels.size(); ++i)
        state_.clean_verdicts[first + i] = judge({logits.data_ptr<float>() + i * classes, classes}, batch.labels[i]);
    state_.clean_logits.narrow(0, std::int64_t(first), logits.size(0)).copy_(logits);
}

// Whether every step that reads a parameter puts out values of the images, and none (a transposition, say) another parameter.
bool CleanRun::parameters_meet_images() const {
    const Program& program = state_.network->program();
    std::unordered_set<Slot> parameters;
    for (const NamedTensor& named : program.tensors()) parameters.insert(named.slot);
    return std::all_of(program.steps().begin(), program.steps().end(), [&](const Step& step) {
        const std::vector<Slot> read = slots_read_by(step);
        return std::none_of(read.begin(), read.end(), [&](Slot slot) { return parameters.contains(slot); }) ||
               std::all_of(step.outputs.begin(), step.outputs.end(), [&](Slot slot) { return state_.batch_slots[std::size_t(slot)]; });
    });
}

// What an image alone gives beside what it gives among others: values in a row of its own, numbers and shapes, logits.
CleanRun::Independence CleanRun::compare_with_one_image(const Frame& by_slot) const {
    const Program& program = state_.network->program();
    const at::Tensor& images = (*state_.batches)[0].images;
    Independence found{true, images.size(0) > 1};
    try {
        Frame frame = state_.initial_frame;
        frame[std::size_t(program.input_slot())] = images.narrow(0, 0, 1);
        for (std::size_t i = 0; i < program.steps().size(); ++i) {
            program.run(frame, i, i + 1, state_.overrides);
            for (Slot slot : program.steps()[i].outputs) {
                const c10::IValue& value = frame[std::size_t(slot)];
                if (!state_.batch_slots[std::size_t(slot)]) continue;
                if (!value.isTensor())
                    found.numbers = found.numbers && (i < begin_ || value == by_slot[std::size_t(slot)]);
                else if (value.toTensor().dim() == 0 || value.toTensor().size(0) != 1)
                    return {};
            }
        }
        const at::Tensor alone = program.output(frame).to(at::kCPU, at::kFloat);
        found.rows = at::allclose(alone, state_.clean_logits.narrow(0, 0, 1), 1e-3, 1e-3, true);
        return found;
    } catch (const c10::Error&) {
        return {};
    }
}

}  // namespace clipscope
