#include "evaluation/fault_injector.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "common/error.h"

namespace clipscope {

at::Tensor& FaultInjector::copy_of(std::size_t tensor) {
    at::Tensor& copy = copies_[tensor];
    if (!copy.defined()) copy = evaluator_.network->program().tensors()[tensor].tensor.contiguous().clone();
    return copy;
}

InjectedFaults FaultInjector::inject(const TrialFaults& faults, double rate) {
    const Program& program = evaluator_.network->program();
    InjectedFaults injected;
    injected.first_step = program.steps().size();
    for (const ParameterFaults& parameter : faults.parameters) {
        const FoundLayer& layer = evaluator_.network->structure().layers[parameter.layer];
        const NamedTensor& named = program.tensors()[layer.tensors[parameter.parameter]];
        at::Tensor& copy = copy_of(layer.tensors[parameter.parameter]);
        const Network& network = *evaluator_.network;
        const ParameterMemory memory{{copy.data_ptr<float>(), std::size_t(copy.numel())},
                                     network.codec(layer.tensors[parameter.parameter]),
                                     network.memory().kind};
        BitFaults faulty(memory, parameter.bits, rate);
        if (faulty.count() == 0) continue;
        if (faulty.count_changed() != faulty.count_effective())
            throw Error("Injecting faults into " + named.path + " changed " + std::to_string(faulty.count_changed()) +
                        " bits instead of " + std::to_string(faulty.count_effective()) + ": this is a defect, please report it.");
        if (injected.counts.empty() || injected.counts.back().layer != parameter.layer)
            injected.counts.push_back({.layer = parameter.layer});
        faulty.count_into(injected.counts.back());
        if (faulty.count_effective() == 0) continue;  // bits stuck at what they are
        const std::uint64_t elements_a_row = std::uint64_t(copy.numel() / copy.size(0));
        std::set<std::int64_t> rows;
        for (const BitFaults::Word& word : faulty.words())
            if (word.faulty != word.clean) rows.insert(std::int64_t(word.element / elements_a_row));
        injected.parameters[named.slot] = {copy.to(evaluator_.device), {rows.begin(), rows.end()}};
        injected.in_memory.push_back(std::move(faulty));
        injected.first_step = std::min(injected.first_step, layer.first_step);
    }
    return injected;
}

bool FaultInjector::copies_are_clean() const {
    for (const auto& [tensor, copy] : copies_) {
        const at::Tensor original = evaluator_.network->program().tensors()[tensor].tensor.contiguous();
        if (std::memcmp(original.data_ptr<float>(), copy.data_ptr<float>(), std::size_t(copy.numel()) * sizeof(float)) != 0) return false;
    }
    return true;
}

}  // namespace clipscope
