// Which parts of the memory faults may hit, as the command line writes it: "each", "network", "CONV-1,FC-2", "CONV-1+FC-2", and where asked
// for "batch-norm", "BN-3", "thresholds", "ACT-4", "norm", "prelu", "other", "everything"; and in the values that are computed,
// "ACT-1.out", "CONV-2.out", "activations".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "network/layer_info.h"

namespace clipscope {

struct FaultScope {
    std::string name;                 // "CONV-1", "network", "CONV-1+FC-2", "network+batch-norm"
    std::string path;                 // "features.0"; several joined by "+"; empty for the network and other groups
    std::vector<std::size_t> layers;  // indices into the network's memory parts, ascending; the computational layers come first
    // Likewise those whose output values get transient faults: computational layers, and for activation sites their thresholds' parts.
    std::vector<std::size_t> outputs{};

    // Both, ascending, each once: where trials may start.
    std::vector<std::size_t> parts() const;
};

// Whether a job can measure transient faults in outputs.
enum class OutputScopes { refused, allowed };

// A comma separates curves, a plus joins parts into one scope, and a group may go without some of its parts ("network-FC-1-CONV-2"); names
// in any case. "network" is all computational layers, "batch-norm" all
// batch norms, "thresholds" all clipping thresholds, "norm" all other norms, "prelu" all activations' parameters, "other" what belongs to
// none of these, "everything" all that is stored; "each", "each-batch-norm", ... are a curve for every one of them. A
// layer's faults hit its weight and its bias. A part may also be named by its parameter path, "features.0". Scopes come in the order
// written, each once. "ACT-1.out" and "CONV-2.out" are the values that an activation site or a layer puts out, "activations" those of all
// sites, "outputs" those of all layers, "each-activation" and "each-output" a curve for each; a plus joins them with stored parts. Throws
// UsageError naming what there is, and on outputs where they are refused.
std::vector<FaultScope> parse_fault_scopes(const std::string& text, const std::vector<LayerInfo>& parts,
                                           OutputScopes outputs = OutputScopes::refused);

// Bits that may be faulty in these parts, given by their indices; a parameter that two of them share counts once, as it is drawn once.
std::int64_t fault_bits(const std::vector<std::size_t>& scope, const std::vector<LayerInfo>& parts);
// These parts as one scope, each once; none: an empty scope. Throws UsageError on a name that is none.
FaultScope scope_of_parts(const std::vector<std::string>& names, const std::vector<LayerInfo>& parts);

// Whether faults of a scope of this name, or of several joined by commas, hit computed values, alone or among others.
bool has_computed_values(const std::string& scopes);

// Whether a scope of this name stands for all parts of a kind, or all of them: "network", "batch-norm", "thresholds", "everything".
bool is_scope_group(const std::string& name);

// Throws UsageError where a scope has outputs; "A precision" cannot be asked for these.
void check_stored_scopes(const std::vector<FaultScope>& scopes, const std::string& what);

// Throws UsageError where a scope asks for thresholds and the file stores none of them: then only clipped configurations have some.
void check_thresholds_stored(const std::vector<FaultScope>& scopes, const std::vector<LayerInfo>& parts);

}  // namespace clipscope
