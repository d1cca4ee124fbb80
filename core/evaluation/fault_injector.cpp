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
        BitFlips flipped({copy.data_ptr<float>(), std::size_t(copy.numel())}, parameter.bits, rate);
        if (flipped.count() == 0) continue;
        if (flipped.count_changed() != flipped.count())
            throw Error("Injecting faults into " + named.path + " changed " + std::to_string(flipped.count_changed()) +
                        " bits instead of " + std::to_string(flipped.count()) + ": this is a defect, please report it.");
        const std::uint64_t bits_a_row = 32 * std::uint64_t(copy.numel() / copy.size(0));
        std::set<std::int64_t> rows;
        for (std::uint64_t position : flipped.positions()) rows.insert(std::int64_t(position / bits_a_row));
        injected.parameters[named.slot] = {copy.to(evaluator_.device), {rows.begin(), rows.end()}};
        injected.flips.push_back(std::move(flipped));
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
