// The memory of one network under memory protections. Includes no LibTorch header.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "faults/protected_memory.h"
#include "network/network.h"
#include "protection/protection.h"

namespace clipscope {

// What it costs for the whole network: its computational layers.
struct MemoryCost {
    std::int64_t check_bits = 0;     // stored beside the layers' own bits
    double operations_an_image = 0;  // every word of the layers is read once
};

struct PlannedParameter {
    std::string layer;
    std::string path;
    std::string protection;  // "sec-ded-39-32"
    std::int64_t words = 0;
    std::int64_t check_words = 0;
    int check_bits = 0;                                            // of each
    std::vector<std::pair<std::string, std::string>> constants{};  // what else a reader must know
};

struct MemoryPlan {
    std::shared_ptr<const ProtectedMemory> memory;  // null where nothing is protected
    MemoryCost cost;
    std::vector<PlannedParameter> parameters{};  // in the network's order
};

// Throws UsageError on a layer that is none.
void check_memory_choices(const Network& network, const std::vector<MemoryChoice>& choices);

// Protects the words of the network's computational layers and, where they are named, of other parts of the memory; thresholds stay as they
// are. A parameter that two layers share is protected where one of them is. Throws UsageError on a layer that is none.
MemoryPlan plan_memory(const Network& network, const std::vector<MemoryChoice>& choices);

}  // namespace clipscope
