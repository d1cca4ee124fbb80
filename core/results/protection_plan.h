// A protection as a file for those who build it: which words are guarded or coded how, which activations held within which bounds.
#pragma once

#include <string>
#include <vector>

#include "campaign/contestants.h"

namespace clipscope {

struct ProtectionPlan {
    struct Site {
        SiteInfo info;
        ProtectedSite own;  // clipping at a threshold, too
    };

    std::string model;
    std::string model_sha256;
    std::string format;  // of the words
    Protection protection;
    ProtectionPrice price;
    std::vector<PlannedParameter> memory;
    std::vector<Site> sites;  // those that are protected
};

ProtectionPlan plan_of(const Network& network, const Contestant& contestant);

// JSON: {"version", "model", "model_sha256", "format", "protection", "storage_percent", "operations_percent", "memory": [{"layer",
// "parameter", "protection", "words", "check_words", "check_bits", ...}], "activations": [{"site", "kind", "granularity", "shape", "low",
// "high"}]}. What a reader of the words must know beside (always_0, always_1, largest, tripled_bits) stands with each parameter. "shape":
// of the bounds, without the images; dimensions that share one have size 1, and none is one bound for all values. "low" and "high",
// row-major, stand where the kind reads them, and read back as the same float32.
std::string protection_plan_json(const ProtectionPlan& plan);

// What a file of this path holds: a C header of the activations (protection_header.h) where the path ends in .h, JSON elsewhere. Throws as
// protection_to_c_header.
std::string protection_plan_text(const std::string& path, const ProtectionPlan& plan);

}  // namespace clipscope
