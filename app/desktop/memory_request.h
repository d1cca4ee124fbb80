// Between a form's memory fields and core's memory model.
#pragma once

#include <QString>

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

template <typename Form>
void fill_memory(const MemoryModel& memory, Form& form) {
    form.format = QString::fromStdString(memory.format.to_string());
    form.fault_kind = memory.kind;
    form.bits = QString::fromStdString(memory.bits.to_string());
    form.parameters = memory.parameters;
}

}  // namespace clipscope
