// One or a few faults looked at closely: which numbers they change, and what becomes of a few images on the way from the first site to the
// answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "campaign/job_inputs.h"
#include "evaluation/fault_effects.h"
#include "evaluation/faulty_values.h"
#include "faults/trial_faults.h"
#include "network/layer_info.h"
#include "protection/protection.h"

namespace clipscope {

// "CONV-1:weight:12:30", "CONV-1:weight:3,0,2,1:30", "CONV-1:12:30": layer (or another part of the memory), the parameter's path or its end
// (missing: the first of the layer), element, row-major or by its index, and bit, 0 the least significant. Together, faulty at any rate.
// Throws UsageError where one names no bit that may be faulty, or is named twice.
TrialFaults named_faults(const std::vector<std::string>& names, const std::vector<LayerInfo>& parts);

// The same of faulty bits as replays list them. Throws UsageError where these parts have no such bit, and for computed values, which are
// other ones for every image.
TrialFaults faults_of(std::span<const FaultyValue> bits, const std::vector<LayerInfo>& parts);

// One of the stored bits at this position of the values of this sign (a cell of the map of critical bits: evaluation/memory_signs.h), each
// equally probable where `random` is any number. Throws UsageError where there is none.
FaultyValue fault_in_cell(const Network& network, const std::string& layer, bool is_negative, int bit, std::uint64_t random);

struct Inspection {
    Protection protection = Protection::none;
    std::vector<FaultyValue> bits;  // words as they are stored, before a protection reads them
    FaultEffects effects;
};

std::string inspection_to_json(const JobInputs& inputs, const Inspection& inspection);

}  // namespace clipscope
