// From a form's memory fields to core's memory model.
#pragma once

#include "network/memory_model.h"

namespace clipscope {

// Form: anything with members format, fault_kind, bits and parameters. Throws UsageError with one sentence that says what to change.
template <typename Form>
MemoryModel memory_model(const Form& form) {
    MemoryModel memory{NumberFormat::parse(form.format.toStdString()), form.fault_kind, BitSelection::parse(form.bits.toStdString()),
                       form.parameters};
    check_memory(memory);
    return memory;
}

}  // namespace clipscope
