#include "evaluation/fault_injector.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "common/error.h"

namespace clipscope {

at::Tensor& FaultInjector::copy_of(std::size_t tensor) {
    at::Tensor& copy = copies_[tensor];
    if (!copy.defined()) copy = evaluator_.network->program().tensors()[tensor].tensor.contiguous().clone();
    return copy;
}

FaultyParameter FaultInjector::describe(const at::Tensor& original, const at::Tensor& copy, const BitFaults& injected) const {
    FaultyParameter faulty{copy, {}, {}, true};
    const at::Tensor clean = original.contiguous();
    const std::int64_t elements_a_row = copy.numel() / copy.size(0);
    for (const BitFaults::Word& word : injected.words()) {
        if (word.faulty == word.clean) continue;
        const auto element = std::int64_t(word.element);
        const float change = copy.data_ptr<float>()[element] - clean.data_ptr<float>()[element];
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
    const Program& program = evaluator_.network->program();
    InjectedFaults injected;
    injected.first_step = program.steps().size();
    for (const ParameterFaults& parameter : faults.parameters) {
        const FoundLayer& layer = evaluator_.network->structure().layers[parameter.layer];
        const NamedTensor& named = program.tensors()[layer.tensors[parameter.parameter]];
        at::Tensor& copy = copy_of(layer.tensors[parameter.parameter]);
        const Network& network = *evaluator_.network;
        const ParameterMemory memory{
            {copy.data_ptr<float>(), std::size_t(copy.numel())}, network.codec(layer.tensors[parameter.parameter]), network.memory().kind};
        BitFaults faulty(memory, parameter.bits, rate);
        if (faulty.count() == 0) continue;
        if (faulty.count_changed() != faulty.count_effective())
            throw Error("Injecting faults into " + named.path + " changed " + std::to_string(faulty.count_changed()) + " bits instead of " +
                        std::to_string(faulty.count_effective()) + ": this is a defect, please report it.");
        if (injected.counts.empty() || injected.counts.back().layer != parameter.layer)
            injected.counts.push_back({.layer = parameter.layer});
        faulty.count_into(injected.counts.back());
        if (faulty.count_effective() == 0) continue;  // bits stuck at what they are
        FaultyParameter& described = injected.parameters[named.slot] = describe(named.tensor, copy, faulty);
        if (!evaluator_.device.is_cpu()) described.values = on_device(named.slot, described);
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
