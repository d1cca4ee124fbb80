// The faulty word of a step: which one it is, and what comes of it.
#pragma once

#include <cstdint>
#include <vector>

#include "campaign/inspection.h"
#include "labs/lab.h"
#include "labs/lab_work.h"
#include "network/layer_info.h"

namespace clipscope {

// A word of a network's memory.
struct NamedWord {
    std::string layer;
    std::string parameter;  // its whole path
    std::int64_t element = 0;
};
// Throws Error where the network has no such layer, parameter or element.
NamedWord word_of(const LabFault& fault, const std::vector<LayerInfo>& parts, std::uint64_t seed);

// Whether the inspection is of just this fault, unprotected, in that format.
bool is_about(const Inspection& inspection, const std::string& format, const LabFault& fault, const NamedWord& word);
SeenFault seen_fault(const Inspection& inspection, const std::string& format);

// Opens the lab's network and the images of One fault closely (campaign/inspector.h), and looks: seconds. Throws Error.
SeenFault look_at(const Lab& lab, const LabFault& fault, std::uint64_t seed);

}  // namespace clipscope
