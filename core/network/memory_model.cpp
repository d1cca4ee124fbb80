#include "network/memory_model.h"

#include <algorithm>
#include <charconv>

#include "common/error.h"
#include "common/named_values.h"
#include "common/text_list.h"
#include "network/layer_info.h"

namespace clipscope {
namespace {

constexpr int most_bits = 32;

std::optional<int> position_of(const std::string& text) {
    int position = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
    if (error != std::errc() || end != text.data() + text.size() || position < 0 || position >= most_bits) return std::nullopt;
    return position;
}

const char* name_of(FaultKind kind) {
    switch (kind) {
        case FaultKind::flip:
            return "flip";
        case FaultKind::stuck0:
            return "stuck0";
        case FaultKind::stuck1:
            return "stuck1";
    }
    return nullptr;
}

const char* name_of(ParameterSelection selection) {
    switch (selection) {
        case ParameterSelection::all:
            return "all";
        case ParameterSelection::weights:
            return "weights";
        case ParameterSelection::biases:
            return "biases";
    }
    return nullptr;
}

}  // namespace

std::string to_string(FaultKind kind) {
    return name_of(kind);
}

FaultKind fault_kind_from_string(const std::string& text) {
    const auto kind = value_named<FaultKind>(lower_case(trimmed(text)), name_of);
    if (!kind) throw UsageError("'" + text + "' is no kind of fault: choose " + names_of_all<FaultKind>(name_of) + ".");
    return *kind;
}

BitSelection BitSelection::parse(const std::string& text) {
    const std::string lower = lower_case(trimmed(text));
    if (lower == "all") return {};
    if (const auto field = bit_field_named(lower)) return {*field, {}};
    BitSelection selection;
    for (const std::string& part : split_list(lower, ',')) {
        const auto position = position_of(trimmed(part));
        if (!position)
            throw UsageError("'" + text +
                             "' selects no bits: choose all, sign, exponent, mantissa, integer, fraction, or positions from 0 to 31 as in "
                             "0,30,31.");
        selection.positions.push_back(*position);
    }
    std::ranges::sort(selection.positions);
    // Not of ranges: clang 14, which fuzzes, cannot compile the standard library's.
    selection.positions.erase(std::unique(selection.positions.begin(), selection.positions.end()), selection.positions.end());
    return selection;
}

std::string BitSelection::to_string() const {
    if (field) return clipscope::to_string(*field);
    std::string text;
    for (const int position : positions) text += (text.empty() ? "" : ",") + std::to_string(position);
    return text.empty() ? "all" : text;
}

std::uint32_t BitSelection::mask(const NumberFormat& format) const {
    std::uint32_t mask = 0;
    for (int bit = 0; bit < format.bits(); ++bit) {
        const bool is_selected = field ? field_of(format, bit) == *field : positions.empty() || std::ranges::count(positions, bit) > 0;
        if (is_selected) mask |= std::uint32_t(1) << bit;
    }
    return mask;
}

std::string to_string(ParameterSelection selection) {
    return name_of(selection);
}

ParameterSelection parameter_selection_from_string(const std::string& text) {
    const auto selection = value_named<ParameterSelection>(lower_case(trimmed(text)), name_of);
    if (!selection) throw UsageError("'" + text + "' selects no parameters: choose " + names_of_all<ParameterSelection>(name_of) + ".");
    return *selection;
}

void check_memory(const MemoryModel& memory) {
    if (memory.bits.mask(memory.format) == 0)
        throw UsageError("Numbers of " + memory.format.to_string() + " have no such bits (" + memory.bits.to_string() +
                         "): choose all, or bits that the format has.");
    ParameterInfo large;
    large.elements = 1 << 20;
    large.word_bits = memory.format.bits();
    large.faulty_bits = memory.bits.mask(memory.format);
    large.pattern = memory.pattern;
    if (count_fault_places(large) == 0)
        throw UsageError("A " + memory.pattern.to_string() + " has no room in numbers of " + memory.format.to_string() +
                         " whose faulty bits are " + memory.bits.to_string() + ": choose all bits, or another pattern.");
}

std::string describe(const MemoryModel& memory) {
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    if (memory.format != NumberFormat{}) add(memory.format.to_string());
    if (memory.kind == FaultKind::stuck0) add("stuck at 0");
    if (memory.kind == FaultKind::stuck1) add("stuck at 1");
    if (memory.pattern != FaultPattern{}) add(memory.pattern.to_string());
    if (memory.bits != BitSelection{})
        add((memory.bits.field ? "" : "bits ") + memory.bits.to_string() + (memory.bits.field ? " bits" : ""));
    if (memory.parameters != ParameterSelection::all) add(to_string(memory.parameters));
    return text;
}

}  // namespace clipscope
