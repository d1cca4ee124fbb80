#include "faults/protected_memory.h"

#include <utility>

#include "faults/trial_faults.h"

namespace clipscope {

std::int64_t count_check_places(const ProtectedMemory* memory, const std::vector<LayerInfo>& layers, std::span<const std::size_t> scope) {
    if (!memory) return 0;
    std::int64_t places = 0;
    for (const auto& [layer, parameter] : parameters_in(layers, scope))
        if (const ParameterInfo* check_words = memory->check_words(layers[layer].parameters[parameter]))
            places += count_fault_places(*check_words);
    return places;
}

std::function<void(std::vector<FaultyWord>& words)> reading(std::shared_ptr<const ProtectedMemory> memory, const ParameterInfo& parameter,
                                                            FaultKind kind, std::span<const MarkedBit> check_bits, double rate) {
    if (!memory) return {};
    std::vector<FaultyCheckWord> faulty;
    if (const ParameterInfo* check_words = memory->check_words(parameter)) {
        const auto word_bits = std::uint64_t(check_words->word_bits);
        for (const MarkedBit& bit : check_bits) {
            if (!(bit.mark < rate)) continue;
            const std::uint64_t word = bit.position / word_bits;
            if (faulty.empty() || faulty.back().word != word) faulty.push_back({word, 0});
            faulty.back().asked |= std::uint32_t(1) << (bit.position % word_bits);
        }
    }
    return [memory = std::move(memory), &parameter, kind, faulty = std::move(faulty)](std::vector<FaultyWord>& words) {
        memory->read(parameter, kind, faulty, words);
    };
}

}  // namespace clipscope
