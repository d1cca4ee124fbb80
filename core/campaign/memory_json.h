// The memory model in a result's JSON: "format", "fault_kind", "faulty_bits", "faulty_parameters", where it
// is not single bits "fault_pattern".
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/json_text.h"
#include "network/memory_model.h"

namespace clipscope {

void write_memory(nlohmann::ordered_json& json, const MemoryModel& memory);

// All but "format" may be missing: flips of any bit of any parameter. Throws Error where a value is unknown.
MemoryModel read_memory(const JsonFields& fields);

}  // namespace clipscope
