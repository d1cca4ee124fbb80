#include "campaign/memory_json.h"

#include <nlohmann/json.hpp>

#include "common/error.h"

namespace clipscope {

void write_memory(nlohmann::ordered_json& json, const MemoryModel& memory) {
    json["format"] = memory.format.to_string();
    json["fault_kind"] = to_string(memory.kind);
    json["faulty_bits"] = memory.bits.to_string();
    json["faulty_parameters"] = to_string(memory.parameters);
    if (memory.pattern != FaultPattern{}) json["fault_pattern"] = memory.pattern.to_string();
}

MemoryModel read_memory(const JsonFields& fields) {
    MemoryModel memory;
    try {
        memory.format = NumberFormat::parse(fields.text("format"));
        if (fields.has("fault_kind")) memory.kind = fault_kind_from_string(fields.text("fault_kind"));
        if (fields.has("faulty_bits")) memory.bits = BitSelection::parse(fields.text("faulty_bits"));
        if (fields.has("fault_pattern")) memory.pattern = FaultPattern::parse(fields.text("fault_pattern"));
        if (fields.has("faulty_parameters")) memory.parameters = parameter_selection_from_string(fields.text("faulty_parameters"));
    } catch (const UsageError& error) {
        fields.fail(error.what());
    }
    return memory;
}

}  // namespace clipscope
