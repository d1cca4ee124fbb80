// One worker's own copies of the parameters and thresholds that faults hit. Includes LibTorch.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "evaluation/evaluator_state.h"
#include "evaluation/stored_words.h"
#include "faults/bit_faults.h"
#include "faults/trial_faults.h"

namespace clipscope {

struct FaultyElement {
    std::int64_t element = 0;  // row-major
    float change = 0;          // faulty value - clean value
};

// A parameter with faulty bits: its whole faulty copy, and the elements and rows (first dimension) that hold them, ascending.
struct FaultyParameter {
    at::Tensor values;
    std::vector<std::int64_t> rows;
    std::vector<FaultyElement> elements;
    bool changes_are_finite = true;
};

using FaultyParameters = std::unordered_map<Slot, FaultyParameter>;

// Faults for as long as it lives; it must not outlive the injector that made it.
struct InjectedFaults {
    FaultyParameters parameters;
    std::vector<BitFaults> in_memory;
    InjectionCounts counts;      // layers in ascending order
    std::size_t first_step = 0;  // the first that reads a faulty parameter; the number of steps where there is none
};

class FaultInjector {
public:
    explicit FaultInjector(const Evaluator::State& evaluator) : evaluator_(evaluator) {}

    // Makes the bits faulty whose mark is below `rate`, in the copies. Throws Error where memory does not show them afterwards.
    InjectedFaults inject(const TrialFaults& faults, double rate);

    // The same faults in parameters of their own, which stay when the next ones are injected.
    InjectedFaults inject_apart(const TrialFaults& faults, double rate);

    // Whether every copy equals what is stored, bit for bit.
    bool copies_are_clean() const;

private:
    // On the CPU, as they are without faults and as faults may have them.
    struct Memory {
        at::Tensor clean;
        at::Tensor copy;
    };
    Memory& memory_of(const StoredWords& words);
    FaultyParameter describe(const Memory& memory, const BitFaults& injected) const;
    at::Tensor on_device(Slot slot, const FaultyParameter& faulty) const;

    const Evaluator::State& evaluator_;
    std::unordered_map<Slot, Memory> memory_;
};

}  // namespace clipscope
