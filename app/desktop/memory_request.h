// Between fields that several forms have, as people fill them, and core's own texts and memory model.
#pragma once

#include <QString>
#include <algorithm>
#include <string>
#include <string_view>

#include "common/error.h"
#include "controls/typed_numbers.h"
#include "network/memory_model.h"

namespace clipscope {

// As core takes a list of numbers, names or ranges. Throws UsageError where it can be read in two ways.
inline std::string core_list(const QString& typed) {
    const TypedList list = typed_list(typed);
    if (!list.problem.isEmpty()) throw UsageError(list.problem.toStdString());
    return list.text.toStdString();
}

// Rates of several runs of a job are joined by semicolons, and "auto" can be one of them.
inline std::string typed_rates(const QString& typed) {
    std::string rates = core_list(typed);
    constexpr std::string_view suggested = "auto";
    if (rates == suggested || rates.find(suggested) == std::string::npos) return rates;
    std::replace(rates.begin(), rates.end(), ',', ';');
    return rates;
}

// Form: anything with members format, fault_kind, pattern, bits and parameters. Throws UsageError with one sentence that says what to
// change.
template <typename Form>
MemoryModel memory_model(const Form& form) {
    MemoryModel memory{NumberFormat::parse(form.format.toStdString()), form.fault_kind,
                       BitSelection::parse(QString(form.bits).replace(QLatin1Char(';'), QLatin1Char(',')).toStdString()), form.parameters,
                       FaultPattern::parse(form.pattern.toStdString())};
    check_memory(memory);
    return memory;
}

template <typename Form>
void fill_memory(const MemoryModel& memory, Form& form) {
    form.format = QString::fromStdString(memory.format.to_string());
    form.fault_kind = memory.kind;
    form.pattern = QString::fromStdString(memory.pattern.to_string());
    form.bits = readable_list(QString::fromStdString(memory.bits.to_string()));
    form.parameters = memory.parameters;
}

}  // namespace clipscope
