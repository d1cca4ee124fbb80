// How much of a network's memory faults reach (method.md, "Coverage").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "network/layer_info.h"

namespace torch::jit {
struct Module;
}

namespace clipscope {

class Program;
struct FoundStructure;

// `module` is what the program was made from: it may hold more than the program reads. Includes no threshold that no site stores.
Coverage find_coverage(const Program& program, const FoundStructure& structure, const torch::jit::Module& module);

// "faults reach 65,795 of 232,899 stored values; not reached: 2,752 (batch norm: scope batch-norm), 12 (not read by the network)"; empty
// where the computational layers are all that is stored.
std::string coverage_text(const Coverage& coverage);

// The same of faults in these parts of the memory, given by their indices, among which thresholds do not count.
std::string reach_text(const Coverage& coverage, const std::vector<LayerInfo>& parts, std::span<const std::size_t> scope);

}  // namespace clipscope
