#include "evaluation/output_memory.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_set>

#include "common/error.h"

namespace clipscope {

namespace {

// The last step that makes something of the images out of the part's tensors, or of what is computed from these alone.
std::optional<std::size_t> last_use_on_images(const Evaluator::State& evaluator, const FoundPart& part) {
    const Program& program = evaluator.network->program();
    std::unordered_set<Slot> stored;
    for (const std::size_t tensor : part.tensors) stored.insert(program.tensors()[tensor].slot);
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < program.steps().size(); ++i) {
        const Step& step = program.steps()[i];
        const std::vector<Slot> read = slots_read_by(step);
        if (step.outputs.empty() || std::ranges::none_of(read, [&](Slot slot) { return stored.contains(slot); })) continue;
        if (evaluator.batch_slots[std::size_t(step.outputs.front())])
            last = i;
        else
            stored.insert(step.outputs.begin(), step.outputs.end());
    }
    return last;
}

// One scale for all channels of an output.
NumberFormat output_format(const MemoryModel& memory) {
    return memory.format.is_integer() ? NumberFormat{NumberFormat::Kind::int8} : memory.format;
}

float largest_magnitude(const Evaluator::State& evaluator, const OutputPlace& place) {
    const torch::NoGradGuard no_gradients;
    const Program& program = evaluator.network->program();
    float largest = 0;
    for (const ImageRange& range : split_into_ranges(evaluator.images->size(), evaluator.chunk)) {
        Frame frame = evaluator.initial_frame;
        frame[std::size_t(program.input_slot())] = evaluator.images->range(range);
        program.run(frame, 0, place.step + 1, evaluator.overrides);
        const at::Tensor magnitudes = frame[std::size_t(place.slot)].toTensor().abs();
        const at::Tensor finite = at::where(at::isfinite(magnitudes), magnitudes, at::zeros_like(magnitudes));
        largest = std::max(largest, finite.max().item<float>());
    }
    return largest;
}

}  // namespace

OutputPlace find_output(const Evaluator::State& evaluator, std::size_t part) {
    const FoundStructure& structure = evaluator.network->structure();
    const FoundPart& found = structure.parts.at(part);
    if (found.site) {
        const FoundSite& site = structure.sites[*found.site];
        check_top_level(site);
        return {site.step, site.output_slot};
    }
    const std::optional<std::size_t> step = last_use_on_images(evaluator, found);
    if (!step || !evaluator.network->program().steps()[*step].blocks.empty())
        throw UsageError("No fault can hit what " + found.info.name +
                         " puts out: it is computed inside a branch or a loop of the network. Choose another output.");
    return {*step, evaluator.network->program().steps()[*step].outputs.front()};
}

OutputMemory output_memory(const Evaluator::State& evaluator, std::size_t part) {
    const std::optional<RowLayout>& layout = evaluator.measured[std::size_t(find_output(evaluator, part).slot)].layout;
    const LayerInfo& info = evaluator.network->structure().parts.at(part).info;
    if (!layout || layout->type != at::kFloat || layout->elements == 0)
        throw UsageError("No fault can hit what " + info.name +
                         " puts out: its values do not lie image by image as float32 numbers. Choose another output.");
    const MemoryModel memory = evaluator.network->memory();
    const NumberFormat format = output_format(memory);
    OutputMemory output{part, {.path = info.name + std::string(output_suffix), .shape = layout->shape, .elements = layout->elements}};
    output.info.word_bits = format.bits();
    output.info.faulty_bits = memory.bits.mask(format);
    output.info.pattern = memory.pattern;
    return output;
}

ParameterCodec output_codec(const Evaluator::State& evaluator, std::size_t part) {
    const NumberFormat format = output_format(evaluator.network->memory());
    if (!format.is_integer()) return {format, {}, 1};
    const std::lock_guard lock(evaluator.output_scales->mutex);
    auto known = evaluator.output_scales->largest.find(part);
    if (known == evaluator.output_scales->largest.end())
        known = evaluator.output_scales->largest.emplace(part, largest_magnitude(evaluator, find_output(evaluator, part))).first;
    return {format, std::span(&known->second, 1), 1};
}

}  // namespace clipscope
