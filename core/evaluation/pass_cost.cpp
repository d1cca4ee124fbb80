// What a pass of two images tells of a network: how its values lie in memory, how much they take, what a pass costs.
#include <algorithm>
#include <map>
#include <set>

#include "evaluation/evaluator_state.h"

namespace clipscope {

namespace {

constexpr std::size_t mebibyte = std::size_t(1) << 20;
constexpr std::size_t most_chunk = 100;
constexpr std::size_t most_chunk_bytes = 64 * mebibyte;   // of a chunk's largest value
constexpr std::size_t most_pass_bytes = 8 * mebibyte;     // of a pass's largest value: stays in the processor's caches
constexpr std::size_t most_image_bytes = 16 * mebibyte;   // of all clean values of one image that trials may use
constexpr std::size_t most_clean_bytes = 512 * mebibyte;  // of a chunk's

bool is_convolution_or_linear(const Step& step) {
    return step.name == "aten::_convolution" || step.name == "aten::convolution" || step.name == "aten::conv2d" ||
           step.name == "aten::linear";
}

// Every value that steps compute from these images.
Frame all_values(const Evaluator::State& state, const at::Tensor& images) {
    const Program& program = state.network->program();
    Frame frame = state.initial_frame;
    frame[std::size_t(program.input_slot())] = images;
    Frame values(frame.size());
    values[std::size_t(program.input_slot())] = images;
    for (std::size_t i = 0; i < program.steps().size(); ++i) {
        program.run(frame, i, i + 1, state.overrides);
        for (Slot slot : program.steps()[i].outputs) values[std::size_t(slot)] = frame[std::size_t(slot)];
    }
    return values;
}

// Which values share memory; that of the parameters, constants and images is there anyway.
class SharedMemory {
public:
    SharedMemory(const Frame& initial, const at::Tensor& images) {
        for (const c10::IValue& value : initial)
            if (value.isTensor()) numbers_[value.toTensor().storage().data()] = 0;
        numbers_[images.storage().data()] = 0;
    }
    std::size_t number_of(const at::Tensor& values) { return numbers_.emplace(values.storage().data(), numbers_.size() + 1).first->second; }
    // The first of the slots whose contiguous numbers are the very same.
    Slot first_of_same(Slot slot, const at::Tensor& values) {
        if (!values.is_contiguous() || values.numel() == 0) return slot;
        return same_.emplace(std::pair{values.data_ptr(), values.numel()}, slot).first->second;
    }

private:
    std::map<const void*, std::size_t> numbers_;
    std::map<std::pair<const void*, std::int64_t>, Slot> same_;
};

// By slot, whether its first dimension counts images, judged by what one image alone gives.
std::vector<bool> find_image_rows(const Evaluator::State& state) {
    std::vector<bool> has_rows(state.initial_frame.size(), false);
    const Frame alone = all_values(state, state.images->range({0, 1}));
    for (std::size_t slot = 0; slot < alone.size(); ++slot)
        has_rows[slot] = alone[slot].isTensor() && alone[slot].toTensor().dim() > 0 && alone[slot].toTensor().size(0) == 1;
    return has_rows;
}

MeasuredValue measure_value(const at::Tensor& values, std::int64_t images, Slot slot, SharedMemory& memory) {
    MeasuredValue measured;
    if (values.dim() > 0 && values.size(0) == images) measured.layout = row_layout(values);
    measured.image_bytes = values.storage().nbytes() / std::size_t(images);
    measured.memory = memory.number_of(values);
    measured.same_as = memory.first_of_same(slot, values);
    return measured;
}

// LibTorch gives a single image, and convolutions of 1×1 on fewer than sixteen, to other kernels than more.
std::size_t least_images_of(const Program& program) {
    std::size_t least = 2;
    for (const Step& step : program.steps()) {
        if (!is_convolution_or_linear(step) || step.name == "aten::linear" || !program.constant(step.inputs[1]).isTensor()) continue;
        const at::IntArrayRef shape = program.constant(step.inputs[1]).toTensor().sizes();
        if (std::all_of(shape.begin() + 2, shape.end(), [](std::int64_t size) { return size == 1; })) least = 16;
    }
    return least;
}

}  // namespace

void Evaluator::State::measure(int asked_chunk) {
    const torch::NoGradGuard no_gradients;
    if (const std::int64_t fixed = network->metadata().fixed_batch; fixed > 0) {
        exact = has_fixed_pass = true;
        stacks = false;
        measure_pass(std::size_t(fixed), std::vector<bool>(initial_frame.size(), false), int(fixed));
        return;
    }
    std::vector<bool> has_rows;
    try {
        chunk = 1;  // what an explanation of a failure tells of
        has_rows = find_image_rows(*this);
        measure_pass(std::min<std::size_t>(2, image_count()), has_rows, asked_chunk);
    } catch (const c10::Error&) {
        // The network may be made for passes of so many images and no other.
        if (asked_chunk <= 2 || std::size_t(asked_chunk) > image_count()) throw;
        exact = has_fixed_pass = true;
        measure_pass(std::size_t(asked_chunk), std::vector<bool>(initial_frame.size(), false), asked_chunk);
    }
}

void Evaluator::State::measure_pass(std::size_t passed, const std::vector<bool>& has_rows, int asked_chunk) {
    const Program& program = network->program();
    const auto count = std::int64_t(passed);
    chunk = passed;
    const at::Tensor few = images->range({0, std::min(passed, image_count())});
    const Frame values = all_values(*this, few);
    SharedMemory memory(initial_frame, few);
    measured.assign(initial_frame.size(), {});
    multiplications.assign(program.steps().size(), 0);
    std::size_t largest = 1;
    const auto measure_slot = [&](Slot slot) {
        const c10::IValue& value = values[std::size_t(slot)];
        if (!value.isTensor() || !batch_slots[std::size_t(slot)]) return;
        measured[std::size_t(slot)] = measure_value(value.toTensor(), count, slot, memory);
        if (!has_rows[std::size_t(slot)]) measured[std::size_t(slot)].layout.reset();
        largest = std::max(largest, value.toTensor().nbytes() / std::size_t(count));
    };
    measure_slot(program.input_slot());
    for (std::size_t i = 0; i < program.steps().size(); ++i) {
        const Step& step = program.steps()[i];
        for (Slot slot : step.outputs) measure_slot(slot);
        const c10::IValue& output = values[std::size_t(step.outputs.empty() ? program.input_slot() : step.outputs[0])];
        if (!is_convolution_or_linear(step) || !program.constant(step.inputs[1]).isTensor() || !output.isTensor()) continue;
        const at::Tensor& weight = program.constant(step.inputs[1]).toTensor();
        multiplications[i] = std::uint64_t(output.toTensor().numel() / count) * std::uint64_t(weight.numel() / weight.size(0));
    }
    largest_image_bytes = largest;
    least_images = least_images_of(program);
    const std::size_t clean_bytes = std::max<std::size_t>(choose_clean_values(), 1);
    const std::size_t fits = std::min(most_chunk_bytes / largest, most_clean_bytes / clean_bytes);
    chunk = asked_chunk > 0 ? std::size_t(asked_chunk) : std::clamp<std::size_t>(fits, 1, most_chunk);
    images_a_pass = std::max(chunk, most_pass_bytes / largest);
    split();
}

// Gives what they take for one image.
std::size_t Evaluator::State::choose_clean_values() {
    const Program& program = network->program();
    std::size_t bytes = 0;
    std::set<Slot> counted;
    incremental_from = program.steps().size();
    while (incremental_from > 0) {
        std::size_t added = 0;
        for (Slot slot : program.steps()[incremental_from - 1].outputs)
            if (const MeasuredValue& value = measured[std::size_t(slot)]; value.layout && counted.insert(value.same_as).second)
                added += value.layout->bytes();
        if (bytes + added > most_image_bytes) break;
        bytes += added;
        --incremental_from;
    }
    has_clean.assign(initial_frame.size(), false);
    for (std::size_t slot = 0; slot < measured.size(); ++slot)
        has_clean[slot] = measured[slot].layout && (last_reader[slot] >= incremental_from || Slot(slot) == program.output_slot());
    return bytes;
}

void Evaluator::State::pack() {
    std::vector<std::optional<RowLayout>> layouts;
    for (const MeasuredValue& value : measured) layouts.push_back(value.layout);
    dense_steps = std::make_shared<std::map<std::size_t, DenseStep>>(pack_dense_steps(network->program(), traits, layouts));
}

// A remainder of fewer images than a pass needs goes with the images before it.
void Evaluator::State::split() {
    chunks = split_into_ranges(image_count(), chunk);
    if (exact || chunks.size() < 2 || chunks.back().count >= least_images) return;
    chunks[chunks.size() - 2].count += chunks.back().count;
    chunks.pop_back();
}

std::vector<ImageRange> Evaluator::State::ranges(std::size_t images_a_range) const {
    std::vector<ImageRange> ranges;
    for (const ImageRange& next : chunks) {
        const bool is_full = !ranges.empty() && ranges.back().count >= least_images && ranges.back().count + next.count > images_a_range;
        if (ranges.empty() || is_full)
            ranges.push_back(next);
        else
            ranges.back().count += next.count;
    }
    if (ranges.size() > 1 && ranges.back().count < least_images) {
        ranges[ranges.size() - 2].count += ranges.back().count;
        ranges.pop_back();
    }
    return ranges;
}

std::vector<std::size_t> Evaluator::State::chunks_of(const ImageRange& range) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < chunks.size(); ++i)
        if (chunks[i].first >= range.first && chunks[i].end() <= range.end()) found.push_back(i);
    return found;
}

}  // namespace clipscope
