#include "evaluation/clean_cache.h"

namespace clipscope {

const at::Tensor& CleanCache::values(const Evaluator::State& evaluator, const ImageRange& range, Slot slot) {
    if (&evaluator != evaluator_ || !(range == range_)) compute(evaluator, range);
    return values_[std::size_t(slot)];
}

Frame CleanCache::frame_at(const Evaluator::State& evaluator, std::size_t step, std::size_t chunk) {
    const std::size_t start = evaluator.start_step(step);
    Frame frame = evaluator.start_frame(start, chunk);
    evaluator.run_whole_steps(frame, chunk, start, step);
    return frame;
}

void CleanCache::compute(const Evaluator::State& evaluator, const ImageRange& range) {
    evaluator_ = nullptr;  // where it ends early
    values_.assign(evaluator.has_clean.size(), {});
    const Program& program = evaluator.network->program();
    std::vector<std::vector<at::Tensor>> pieces(values_.size());
    for (const std::size_t chunk : evaluator.chunks_of(range)) {
        Frame frame = frame_at(evaluator, evaluator.incremental_from, chunk);
        const auto note = [&](std::size_t slot) {
            if (evaluator.has_clean[slot] && frame[slot].isTensor()) pieces[slot].push_back(frame[slot].toTensor());
        };
        for (std::size_t slot = 0; slot < frame.size(); ++slot) note(slot);
        for (std::size_t i = evaluator.incremental_from; i < program.steps().size(); ++i) {
            evaluator.run_whole_steps(frame, chunk, i, i + 1);
            for (Slot slot : program.steps()[i].outputs) note(std::size_t(slot));
        }
    }
    for (std::size_t slot = 0; slot < pieces.size(); ++slot)
        if (!pieces[slot].empty()) values_[slot] = join_rows(pieces[slot], *evaluator.measured[slot].layout);
    range_ = range;
    evaluator_ = &evaluator;
}

}  // namespace clipscope
