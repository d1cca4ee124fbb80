#include "evaluation/fault_injector.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "common/error.h"

namespace clipscope {

FaultInjector::Memory& FaultInjector::memory_of(const StoredWords& words) {
    Memory& memory = memory_[words.slot];
    if (!memory.copy.defined()) memory = {words.values, words.values.clone()};
    return memory;
}

FaultyParameter FaultInjector::describe(const Memory& memory, const BitFaults& injected) const {
    FaultyParameter faulty{memory.copy, {}, {}, true};
    const std::int64_t elements_a_row = memory.copy.dim() == 0 ? 1 : memory.copy.numel() / memory.copy.size(0);
    for (const FaultyWord& word : injected.words()) {
        if (word.faulty == word.clean) continue;
        const auto element = std::int64_t(word.element);
        const float change = memory.copy.data_ptr<float>()[element] - memory.clean.data_ptr<float>()[element];
        faulty.elements.push_back({element, change});
        faulty.changes_are_finite &= std::isfinite(change);
        if (faulty.rows.empty() || faulty.rows.back() != element / elements_a_row) faulty.rows.push_back(element / elements_a_row);
    }
    return faulty;
}

// A copy made there of the clean parameter that is there; only the faulty values travel.
at::Tensor FaultInjector::on_device(Slot slot, const FaultyParameter& faulty) const {
    std::vector<std::int64_t> elements;
    for (const FaultyElement& element : faulty.elements) elements.push_back(element.element);
    const at::Tensor index = at::tensor(elements, at::kLong);
    const at::Tensor values = faulty.values.flatten().index_select(0, index);
    at::Tensor copy = evaluator_.initial_frame[std::size_t(slot)].toTensor().clone(at::MemoryFormat::Contiguous);
    copy.view(-1).index_copy_(0, index.to(evaluator_.device), values.to(evaluator_.device));
    return copy;
}

InjectedFaults FaultInjector::inject_apart(const TrialFaults& faults, double rate) {
    InjectedFaults injected = inject(faults, rate);
    if (evaluator_.device.is_cpu())
        for (auto& [slot, parameter] : injected.parameters) parameter.values = on_device(slot, parameter);
    injected.in_memory.clear();
    return injected;
}

InjectedFaults FaultInjector::inject(const TrialFaults& faults, double rate) {
    const Network& network = *evaluator_.network;
    InjectedFaults injected;
    injected.first_step = network.program().steps().size();
    for (const TrialFaults::OfParameter& parameter : faults.by_parameter()) {
        const std::size_t part = parameter.place.first;
        const StoredWords words = stored_words(network, evaluator_.thresholds, part, parameter.place.second);
        Memory& memory = memory_of(words);
        BitFaults faulty(memory_of_parameter(network, words, memory.copy, faults.memory, parameter.check_bits, rate), parameter.bits, rate);
        if (faulty.words().empty()) continue;
        if (faulty.count_changed() != faulty.count_effective())
            throw Error("Injecting faults into " + words.info.path + " changed " + std::to_string(faulty.count_changed()) +
                        " bits instead of " + std::to_string(faulty.count_effective()) + ": this is a defect, please report it.");
        if (injected.counts.empty() || injected.counts.back().layer != part) injected.counts.push_back({.layer = part});
        faulty.count_into(injected.counts.back());
        if (faulty.count_effective() == 0) continue;  // bits stuck at what they are, or read rightly all the same
        FaultyParameter& described = injected.parameters[words.slot] = describe(memory, faulty);
        if (!evaluator_.device.is_cpu()) described.values = on_device(words.slot, described);
        injected.in_memory.push_back(std::move(faulty));
        injected.first_step = std::min(injected.first_step, network.structure().parts[part].first_step);
    }
    return injected;
}

bool FaultInjector::copies_are_clean() const {
    return std::ranges::all_of(memory_, [](const auto& entry) {
        const Memory& memory = entry.second;
        return std::memcmp(memory.clean.data_ptr<float>(), memory.copy.data_ptr<float>(), memory.copy.nbytes()) == 0;
    });
}

}  // namespace clipscope
