#include "evaluation/faulty_outputs.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "common/error.h"
#include "evaluation/output_memory.h"
#include "faults/bit_faults.h"

namespace clipscope {

namespace {

// Where a row-major element of one image lies behind its first.
std::int64_t offset_of(std::int64_t element, const at::Tensor& values) {
    std::int64_t offset = 0;
    for (std::int64_t dimension = values.dim() - 1; dimension > 0; --dimension) {
        offset += element % values.size(dimension) * values.stride(dimension);
        element /= values.size(dimension);
    }
    return offset;
}

}  // namespace

FaultyOutputs::FaultyOutputs(const Evaluator::State& evaluator, std::span<const OutputFaults> faults, double rate) : evaluator_(evaluator) {
    const OutputFaults* previous = nullptr;
    AtStep* at_step = nullptr;
    std::size_t step = 0;
    for (const OutputFaults& output : faults) {
        if (std::size_t(output.image) >= evaluator.image_count()) continue;  // an evaluator of the first images alone
        if (previous == nullptr || previous->part != output.part) {
            const OutputPlace place = find_output(evaluator, output.part);
            step = place.step;
            at_step = &at_step_[step];
            *at_step = {place.slot, output_codec(evaluator, output.part), counts_.size(), std::move(at_step->words)};
            counts_.push_back({.layer = output.part, .is_output = true});
        }
        previous = &output;
        std::vector<Word> words;
        const auto word_bits = std::uint64_t(at_step->codec.bits());
        for (const MarkedBit& bit : output.bits) {
            if (bit.mark >= rate) continue;
            const auto element = std::int64_t(bit.position / word_bits);
            if (words.empty() || words.back().element != element) words.push_back({element, 0});
            words.back().mask |= std::uint32_t(1) << (bit.position % word_bits);
            ++counts_.back().asked[bit.position % word_bits];
        }
        if (words.empty()) continue;
        at_step->words[output.image] = std::move(words);
        Span& span = steps_of_image_.try_emplace(output.image, Span{step, step}).first->second;
        span = {std::min(span.first, step), std::max(span.last, step)};
    }
    std::erase_if(at_step_, [](const auto& entry) { return entry.second.words.empty(); });
}

std::size_t FaultyOutputs::first_step() const {
    return is_empty() ? evaluator_.network->program().steps().size() : at_step_.begin()->first;
}

std::vector<std::size_t> FaultyOutputs::steps() const {
    std::vector<std::size_t> steps;
    for (const auto& [step, hit] : at_step_) steps.push_back(step);
    return steps;
}

std::map<std::size_t, std::vector<std::int64_t>> FaultyOutputs::images_by_first_step() const {
    std::map<std::size_t, std::vector<std::int64_t>> images;
    for (const auto& [image, steps] : steps_of_image_) images[steps.first].push_back(image);
    for (auto& [step, of_step] : images) std::ranges::sort(of_step);
    return images;
}

bool FaultyOutputs::is_hit_from(std::int64_t image, std::size_t step) const {
    const auto steps = steps_of_image_.find(image);
    return steps != steps_of_image_.end() && steps->second.last >= step;
}

bool FaultyOutputs::is_hit(const ImageRange& range) const {
    for (std::size_t image = range.first; image < range.end(); ++image)
        if (steps_of_image_.contains(std::int64_t(image))) return true;
    return false;
}

bool FaultyOutputs::is_hit_at(std::size_t step, std::span<const std::int64_t> images) const {
    const auto hit = at_step_.find(step);
    return hit != at_step_.end() && std::ranges::any_of(images, [&](std::int64_t image) { return hit->second.words.contains(image); });
}

at::Tensor FaultyOutputs::with_faults(std::size_t step, std::span<const std::int64_t> images, const at::Tensor& values) {
    const AtStep& hit = at_step_.at(step);
    // A copy that lies in memory as the values do, with no number of theirs shared.
    at::Tensor faulty = values.device().is_cpu() ? values.clone() : values.to(at::kCPU);
    if (faulty.numel() > 0 && faulty.stride(0) == 0) faulty = faulty.contiguous();
    auto* first = faulty.data_ptr<float>();
    for (std::size_t row = 0; row < images.size(); ++row)
        if (hit.words.contains(images[row])) hit_row(hit, images[row], first + std::int64_t(row) * faulty.stride(0), faulty);
    return values.device().is_cpu() ? faulty : faulty.to(values.device());
}

// A value is read as its word says where that has changed, and stays as it was computed otherwise.
void FaultyOutputs::hit_row(const AtStep& hit, std::int64_t image, float* row, const at::Tensor& values) {
    const FaultKind kind = evaluator_.network->memory().kind;
    LayerInjection& counts = counts_[hit.counts];
    for (const Word& word : hit.words.at(image)) {
        float* memory = row + offset_of(word.element, values);
        const auto value_in_memory = [&] {  // as bits: a signalling NaN stays one
            std::uint32_t bits = 0;
            std::memcpy(&bits, memory, sizeof bits);
            return std::bit_cast<float>(bits);
        };
        const float before = value_in_memory();
        const std::uint32_t clean = hit.codec.encode(before, 0);
        const std::uint32_t faulty = clipscope::with_faults(clean, word.mask, kind);
        const float wanted = faulty == clean ? before : hit.codec.decode(faulty, 0);
        std::memcpy(memory, &wanted, sizeof wanted);
        const float after = value_in_memory();
        if (std::bit_cast<std::uint32_t>(after) != std::bit_cast<std::uint32_t>(wanted))
            throw Error("A fault in computed values is not found in memory: this is a defect, please report it.");
        if (listed_) listed_->push_back({counts.layer, image, word.element, word.mask, before, after});
        for (std::uint32_t changed = faulty ^ clean; changed != 0; changed &= changed - 1)
            ++counts.changed[std::size_t(std::countr_zero(changed))];
    }
}

InjectionCounts FaultyOutputs::counts() const {
    return counts_;
}

}  // namespace clipscope
