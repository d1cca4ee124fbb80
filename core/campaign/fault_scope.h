// Which layers' parameters faults may hit, as the command line writes it: "each", "network", "CONV-1,FC-2", "CONV-1+FC-2".
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "network/layer_info.h"

namespace clipscope {

struct FaultScope {
    std::string name;                 // "CONV-1", "network", "CONV-1+FC-2"
    std::string path;                 // "features.0"; several joined by "+"; empty for the network
    std::vector<std::size_t> layers;  // indices into the network's layers, ascending
};

// A comma separates curves, a plus joins layers into one scope; names in any case; "each" is one curve for every layer. A layer's faults
// hit its weight and its bias. Scopes come in the order written, each once. Throws UsageError naming the layers there are.
std::vector<FaultScope> parse_fault_scopes(const std::string& text, const std::vector<LayerInfo>& layers);

}  // namespace clipscope
