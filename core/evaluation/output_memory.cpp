#include "evaluation/output_memory.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <utility>

#include "common/error.h"
#include "evaluation/worker_threads.h"
#include "network/stored_values.h"

namespace clipscope {

namespace {

// The last step that makes something of the images out of the part's tensors, or of what is computed from these alone; tensors that
// another part has as well do not count where the part has others.
std::optional<std::size_t> last_use_on_images(const Evaluator::State& evaluator, const FoundPart& part) {
    const Program& program = evaluator.network->program();
    std::unordered_set<Slot> stored;
    const auto is_shared = [&](std::size_t tensor) {
        return std::ranges::any_of(evaluator.network->structure().parts, [&](const FoundPart& other) {
            return other.info.name != part.info.name && std::ranges::count(other.tensors, tensor) > 0;
        });
    };
    for (const std::size_t tensor : part.tensors)
        if (tensor == part.tensors.front() || !is_shared(tensor)) stored.insert(program.tensors()[tensor].slot);
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < program.steps().size(); ++i) {
        const Step& step = program.steps()[i];
        const std::vector<Slot> read = slots_read_by(step);
        if (reads_shape_alone(step)) continue;
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

// By part, of the network without faults in these images.
std::map<std::size_t, float> largest_magnitudes(const Evaluator::State& evaluator, std::span<const std::size_t> parts,
                                                const ImageRange& images) {
    const torch::NoGradGuard no_gradients;
    const Program& program = evaluator.network->program();
    std::multimap<std::size_t, std::pair<std::size_t, Slot>> at_step;
    for (const std::size_t part : parts) {
        const OutputPlace place = find_output(evaluator, part);
        at_step.emplace(place.step, std::pair(part, place.slot));
    }
    std::map<std::size_t, float> largest;
    Frame frame = evaluator.initial_frame;
    frame[std::size_t(program.input_slot())] = evaluator.images->range(images);
    std::size_t next = 0;
    for (const auto& [step, output] : at_step) {
        program.run(frame, next, step + 1, evaluator.overrides);
        next = step + 1;
        const at::Tensor magnitudes = frame[std::size_t(output.second)].toTensor().abs();
        const at::Tensor finite = at::where(at::isfinite(magnitudes), magnitudes, at::zeros_like(magnitudes));
        largest[output.first] = finite.max().item<float>();
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
    if (evaluator.has_fixed_pass)
        throw UsageError("No fault can hit computed values of a network that is made for passes of a fixed number of images.");
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
    const auto known = [&]() -> std::optional<float> {
        const std::lock_guard lock(evaluator.output_scales->mutex);
        const auto found = evaluator.output_scales->largest.find(part);
        return found == evaluator.output_scales->largest.end() ? std::nullopt : std::optional(found->second);
    };
    if (!known()) measure_output_scales(evaluator, std::array{part}, 1, {});
    const float largest = known().value();
    return {format, std::span(&largest, 1), 1};
}

void measure_output_scales(const Evaluator::State& evaluator, std::span<const std::size_t> parts, int threads,
                           const std::stop_token& stop) {
    if (!output_format(evaluator.network->memory()).is_integer() || parts.empty()) return;
    std::map<std::size_t, float> largest;
    std::mutex mutex;
    const std::vector<ImageRange> ranges = split_into_ranges(evaluator.images->size(), evaluator.chunk);
    std::atomic<std::size_t> next{0};
    run_on_workers(threads, stop, [&](int, const std::stop_token& stopped) {
        for (std::size_t range = next++; range < ranges.size() && !stopped.stop_requested(); range = next++) {
            const auto of_range = largest_magnitudes(evaluator, parts, ranges[range]);
            const std::lock_guard lock(mutex);
            for (const auto& [part, magnitude] : of_range) largest[part] = std::max(largest[part], magnitude);
        }
    });
    if (stop.stop_requested()) return;
    const std::lock_guard lock(evaluator.output_scales->mutex);
    for (const auto& [part, magnitude] : largest) evaluator.output_scales->largest.try_emplace(part, magnitude);
}

}  // namespace clipscope
