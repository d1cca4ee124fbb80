#include "evaluation/clean_run.h"

#include <algorithm>
#include <optional>
#include <span>
#include <unordered_set>

#include "common/error.h"
#include "evaluation/incremental_values.h"

namespace clipscope {

namespace {

void check_logits(const at::Tensor& logits, std::span<const std::int32_t> labels, const Network& network) {
    if (logits.dim() != 2 || logits.size(0) != std::int64_t(labels.size()) || !logits.is_floating_point())
        throw Error("\"" + network.path() +
                    "\" gives no row of logits for each image: export it so that forward returns N×classes numbers.");
    for (std::int32_t label : labels)
        if (label >= logits.size(1))
            throw Error("\"" + network.path() + "\" knows " + std::to_string(logits.size(1)) + " classes, but an image is labelled " +
                        std::to_string(label) + ": choose images of the classes it was trained on.");
}

// What is left of the memory budget while things are chosen to be kept.
class Budget {
public:
    explicit Budget(std::size_t bytes) : left_(bytes) {}

    struct Item {
        std::size_t memory = 0;  // items of one number are one piece of memory; 0: there anyway
        std::size_t bytes = 0;
    };
    // All of it or nothing; memory that is taken already costs nothing.
    bool take(const std::vector<Item>& items) {
        std::size_t bytes = 0;
        std::set<std::size_t> added;
        for (const Item& item : items)
            if (item.memory != 0 && !taken_memory_.contains(item.memory) && added.insert(item.memory).second) bytes += item.bytes;
        if (bytes > left_) return false;
        left_ -= bytes;
        taken_ += bytes;
        taken_memory_.merge(added);
        return true;
    }
    std::size_t taken() const { return taken_; }

private:
    std::size_t left_;
    std::size_t taken_ = 0;
    std::set<std::size_t> taken_memory_;
};

bool has_only_finite(const at::Tensor& values) {
    if (!values.is_floating_point()) return true;
    return has_float_rows(values) ? is_all_finite(values) : values.isfinite().all().item<bool>();
}

}  // namespace

CleanRun::CleanRun(Evaluator::State& state, std::set<std::size_t> steps, int workers, std::size_t memory)
    : state_(state), steps_(std::move(steps)) {
    const Program& program = state_.network->program();
    const std::size_t slots = state_.initial_frame.size();
    state_.clean_values.resize(slots);
    state_.is_finite.resize(slots, true);
    state_.kept.erase(state_.kept.upper_bound(state_.shared_until), state_.kept.end());
    for (const auto& [step, values] : state_.kept) steps_.erase(step);
    begin_ = state_.has_clean_values_at(state_.shared_until) ? state_.shared_until : state_.start_step(state_.shared_until);
    for (std::size_t i = begin_; i < program.steps().size(); ++i)
        for (Slot slot : program.steps()[i].outputs) {
            state_.clean_values[std::size_t(slot)] = c10::IValue();
            state_.is_finite[std::size_t(slot)] = true;
        }
    state_.clean_verdicts.assign(state_.image_count(), {});
    state_.clean_logits = at::Tensor();
    choose(workers, memory);
    make_room();
}

void CleanRun::run_first() {
    const torch::NoGradGuard no_gradients;
    run_chunk(0);
    state_.stacks = state_.stacks && can_stack() && parameters_meet_images();
}

void CleanRun::run_other(std::size_t chunk) {
    const torch::NoGradGuard no_gradients;
    run_chunk(chunk);
}

void CleanRun::finish() {
    state_.clean = state_.outcome_of(state_.clean_verdicts);
    state_.clean_is_finite = true;
    for (std::size_t slot = 0; slot < state_.has_clean.size(); ++slot)
        if (state_.has_clean[slot] && !state_.is_finite[slot]) state_.clean_is_finite = false;
}

// Later values save more work and, in most networks, take less memory; those that trials start from go first.
void CleanRun::choose(int workers, std::size_t memory) {
    const Program& program = state_.network->program();
    constexpr std::size_t values_at_once = 6;  // about so many of the largest size are alive in a pass
    const std::size_t for_passes = std::min(memory / 2, std::size_t(workers) * state_.chunk * values_at_once * state_.largest_image_bytes);
    Budget budget(memory - for_passes);
    const std::size_t images = state_.image_count(), all_memory = state_.measured.size() + 1;
    const auto keeps_rows = [&](Slot slot) { return !state_.exact && state_.has_clean[std::size_t(slot)]; };
    const auto item = [&](Slot slot) -> Budget::Item {
        const MeasuredValue& value = state_.measured[std::size_t(slot)];
        if (value.same_as == program.input_slot() && state_.images->kept().defined()) return {};
        if (keeps_rows(slot)) return {all_memory + std::size_t(value.same_as), value.layout->bytes() * images};
        return {value.memory, value.image_bytes * images};
    };
    std::set<std::size_t> chosen;
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
        std::vector<Budget::Item> needed;
        const std::vector<Slot> alive = program.alive_at(*step);
        for (Slot slot : alive) needed.push_back(item(slot));
        if (!budget.take(needed)) continue;
        chosen.insert(*step);
        for (Slot slot : alive)
            if (keeps_rows(slot)) kept_slots_.insert(slot);
    }
    state_.keeps_all_clean = true;
    const auto keep_slot = [&](Slot slot) {
        if (!keeps_rows(slot) || !state_.clean_values[std::size_t(slot)].isNone()) return;
        if (budget.take({item(slot)}))
            kept_slots_.insert(slot);
        else
            state_.keeps_all_clean = false;
    };
    for (std::size_t i = program.steps().size(); i-- > begin_;)
        for (Slot slot : program.steps()[i].outputs) keep_slot(slot);
    if (keeps_rows(program.input_slot()) && !state_.images->kept().defined()) state_.keeps_all_clean = false;
    for (std::size_t i = 0; i < begin_; ++i)
        for (Slot slot : program.steps()[i].outputs)
            if (keeps_rows(slot) && !state_.clean_values[std::size_t(slot)].isTensor()) state_.keeps_all_clean = false;
    kept_slots_.erase(program.input_slot());
    steps_ = std::move(chosen);
    for (std::size_t step : steps_) state_.kept[step].resize(state_.chunks.size());
    state_.kept_bytes = budget.taken();
}

// One tensor for all images' values of a slot; slots that hold the same numbers share it.
void CleanRun::make_room() {
    if (state_.images->kept().defined()) state_.clean_values[std::size_t(state_.network->program().input_slot())] = state_.images->kept();
    const auto images = std::int64_t(state_.image_count());
    std::map<Slot, at::Tensor> rooms;
    for (Slot slot : kept_slots_) {
        const MeasuredValue& value = state_.measured[std::size_t(slot)];
        const c10::IValue& shared = state_.clean_values[std::size_t(value.same_as)];
        at::Tensor& room = rooms[value.same_as];
        if (!room.defined() && shared.isTensor() && shared.toTensor().numel() == images * value.layout->elements) room = shared.toTensor();
        if (!room.defined()) room = empty_rows(*value.layout, images, state_.device);
        state_.clean_values[std::size_t(slot)] = value.same_as == slot ? room : view_rows(room, *value.layout);
    }
}

void CleanRun::run_chunk(std::size_t chunk) {
    const Program& program = state_.network->program();
    Frame frame = state_.start_frame(begin_, chunk);
    for (std::size_t i = begin_; i < program.steps().size(); ++i) {
        if (steps_.contains(i)) keep_start(i, frame, chunk);
        state_.run_whole_steps(frame, chunk, i, i + 1);
        for (Slot slot : program.steps()[i].outputs) note(slot, frame[std::size_t(slot)], chunk);
    }
    judge_logits(program.output(frame).to(at::kCPU, at::kFloat).contiguous(), chunk);
}

void CleanRun::note(Slot slot, const c10::IValue& value, std::size_t chunk) {
    const auto index = std::size_t(slot);
    if (!state_.batch_slots[index]) {
        // Made of parameters and constants alone: the same in every chunk.
        if (chunk == 0) state_.clean_values[index] = value;
        return;
    }
    if (state_.exact || !state_.has_clean[index] || !value.isTensor()) return;
    const at::Tensor& values = value.toTensor();
    if (!has_only_finite(values)) {
        const std::lock_guard lock(mutex_);
        state_.is_finite[index] = false;
    }
    if (!kept_slots_.contains(slot)) return;
    // Where the numbers are another kept slot's, they are there already.
    if (const Slot source = state_.measured[index].same_as; source != slot && state_.clean_values[std::size_t(source)].isTensor()) return;
    const ImageRange& images = state_.chunks[chunk];
    state_.clean_values[index].toTensor().narrow(0, std::int64_t(images.first), std::int64_t(images.count)).copy_(values);
}

void CleanRun::keep_start(std::size_t step, const Frame& frame, std::size_t chunk) {
    const ImageRange& images = state_.chunks[chunk];
    KeptValues kept;
    for (Slot slot : state_.network->program().alive_at(step)) {
        c10::IValue value = frame[std::size_t(slot)];
        if (kept_slots_.contains(slot) && value.isTensor())
            value = state_.clean_values[std::size_t(slot)].toTensor().narrow(0, std::int64_t(images.first), std::int64_t(images.count));
        kept.emplace_back(slot, std::move(value));
    }
    state_.kept.at(step)[chunk] = std::move(kept);
}

void CleanRun::judge_logits(const at::Tensor& passed, std::size_t chunk) {
    const auto images = std::int64_t(state_.chunks[chunk].count);
    const bool is_filled = state_.has_fixed_pass && passed.dim() == 2 && passed.size(0) > images;
    const at::Tensor logits = is_filled ? passed.narrow(0, 0, images) : passed;
    const auto labels = state_.images->labels().begin() + std::ptrdiff_t(state_.first_image(chunk));
    check_logits(logits, {labels, labels + std::ptrdiff_t(state_.chunks[chunk].count)}, *state_.network);
    const auto classes = std::size_t(logits.size(1));
    if (chunk == 0) {
        state_.classes = classes;
        state_.clean_logits = at::empty({std::int64_t(state_.image_count()), logits.size(1)});
    }
    const std::size_t first = state_.first_image(chunk);
    for (std::size_t i = 0; i < state_.chunks[chunk].count; ++i)
        state_.clean_verdicts[first + i] = judge({logits.data_ptr<float>() + i * classes, classes}, labels[std::ptrdiff_t(i)]);
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

// Whether images stand beside each other in a pass as rows of their own, and what is no tensor (a count, a shape) is the same for any
// number of them.
bool CleanRun::can_stack() const {
    const Program& program = state_.network->program();
    const at::Tensor images = state_.images->range(state_.chunks[0]);
    if (images.size(0) < 2) return false;
    try {
        Frame frame = state_.initial_frame, frame_of_one = frame;
        frame[std::size_t(program.input_slot())] = images;
        frame_of_one[std::size_t(program.input_slot())] = images.narrow(0, 0, 1);
        for (std::size_t i = 0; i < program.steps().size(); ++i) {
            program.run(frame, i, i + 1, state_.overrides);
            program.run(frame_of_one, i, i + 1, state_.overrides);
            for (Slot slot : program.steps()[i].outputs) {
                const c10::IValue &all = frame[std::size_t(slot)], &one = frame_of_one[std::size_t(slot)];
                if (!state_.batch_slots[std::size_t(slot)]) continue;
                if (one.isTensor() ? one.toTensor().dim() == 0 || one.toTensor().size(0) != 1 : !(one == all)) return false;
            }
        }
        return at::allclose(program.output(frame_of_one).to(at::kCPU, at::kFloat), state_.clean_logits.narrow(0, 0, 1), 1e-3, 1e-3, true);
    } catch (const c10::Error&) {
        return false;
    }
}

}  // namespace clipscope
