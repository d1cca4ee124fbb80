#include <algorithm>
#include <set>

#include "evaluation/evaluator_state.h"

namespace clipscope {

namespace {

using Memory = std::set<const void*>;

const void* memory_of(const c10::IValue& value) {
    return value.isTensor() ? value.toTensor().storage().data() : nullptr;
}

// What is kept behind step `first`, in the order of the steps, each piece once.
std::vector<std::pair<const void*, std::size_t>> pieces_of(const Evaluator::State& state, std::size_t first) {
    std::vector<std::pair<const void*, std::size_t>> pieces;
    Memory seen;
    if (state.images->kept().defined()) seen.insert(state.images->kept().storage().data());
    for (const c10::IValue& value : state.initial_frame) seen.insert(memory_of(value));
    const auto note = [&](const c10::IValue& value) {
        if (value.isTensor() && seen.insert(memory_of(value)).second)
            pieces.emplace_back(memory_of(value), value.toTensor().storage().nbytes());
    };
    const std::vector<Step>& steps = state.network->program().steps();
    for (std::size_t step = first; step < steps.size(); ++step) {
        if (const auto kept = state.kept.find(step); kept != state.kept.end() && step > first)
            for (const KeptValues& chunk : kept->second)
                for (const auto& [slot, value] : chunk) note(value);
        for (Slot slot : steps[step].outputs) note(state.clean_values[std::size_t(slot)]);
    }
    return pieces;
}

}  // namespace

bool Evaluator::State::release_kept(std::size_t first) {
    const auto pieces = pieces_of(*this, first);
    if (pieces.empty()) return false;
    std::size_t all = 0, released = 0;
    for (const auto& [memory, bytes] : pieces) all += bytes;
    Memory going;
    for (auto piece = pieces.begin(); piece != pieces.end() && 2 * released < all; ++piece) {
        going.insert(piece->first);
        released += piece->second;
    }
    const auto goes = [&](const c10::IValue& value) { return value.isTensor() && going.contains(memory_of(value)); };
    for (c10::IValue& value : clean_values)
        if (goes(value)) {
            value = c10::IValue();
            keeps_all_clean = false;
        }
    std::erase_if(kept, [&](const auto& at_step) {
        return std::any_of(at_step.second.begin(), at_step.second.end(), [&](const KeptValues& chunk) {
            return std::any_of(chunk.begin(), chunk.end(), [&](const auto& value) { return goes(value.second); });
        });
    });
    kept_bytes = 0;
    for (const auto& [memory, bytes] : pieces_of(*this, shared_until)) kept_bytes += bytes;
    return true;
}

}  // namespace clipscope
