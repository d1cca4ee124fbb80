// A protection as a file for those who build it: which words are guarded or coded how, which activations held within which bounds.
#pragma once

#include <string>

#include "campaign/contestants.h"

namespace clipscope {

// JSON: {"version", "model", "model_sha256", "protection", "storage_percent", "operations_percent", "memory": [{"layer", "parameter",
// "protection", "words", "check_words", "check_bits", ...}], "activations": [{"site", "kind", "granularity", "shape", "low", "high"}]}.
// What a reader of the words must know beside (always_0, always_1, largest, tripled_bits) stands with each parameter; clipped sites have
// their threshold as "high".
std::string protection_plan_json(const Network& network, const Contestant& contestant);

}  // namespace clipscope
