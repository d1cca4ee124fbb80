#include "network/number_format.h"

#include <charconv>

#include "common/error.h"
#include "common/named_values.h"
#include "common/text_list.h"

namespace clipscope {
namespace {

using Kind = NumberFormat::Kind;

// Fixed point has one for each of its numbers of bits: see to_string().
const char* name_of(Kind value) {
    switch (value) {
        case Kind::float32:
            return "float32";
        case Kind::float16:
            return "float16";
        case Kind::bfloat16:
            return "bfloat16";
        case Kind::int8:
            return "int8";
        case Kind::int8_per_channel:
            return "int8-channel";
        case Kind::fixed:
            return "Qm.n";
    }
    return nullptr;
}

// What the list of choices says of it, and what a tooltip does; empty where its name says enough.
struct FormatWords {
    const char* note;
    const char* tip;
};

FormatWords words_of(Kind kind) {
    switch (kind) {
        case Kind::float32:
        case Kind::float16:
        case Kind::bfloat16:
            break;
        case Kind::int8:
            return {"", "int8: one scale for each tensor (biases stay float32)"};
        case Kind::int8_per_channel:
            return {" (a scale for each channel)", "int8-channel: one for each output channel"};
        case Kind::fixed:
            return {"", "Qm.n: fixed point, m bits before the point and n after it, with a sign"};
    }
    return {"", ""};
}

constexpr const char* example_of_fixed = "Q3.12";

const char* name_of(BitField value) {
    switch (value) {
        case BitField::sign:
            return "sign";
        case BitField::exponent:
            return "exponent";
        case BitField::mantissa:
            return "mantissa";
        case BitField::integer:
            return "integer";
        case BitField::fraction:
            return "fraction";
    }
    return nullptr;
}

// The bits after the sign and before the mantissa, of a floating-point format.
int exponent_bits(Kind kind) {
    return kind == Kind::float16 ? 5 : 8;
}

bool parse_bits(std::string_view text, int& bits) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
    return error == std::errc() && end == text.data() + text.size() && bits >= 0;
}

}  // namespace

NumberFormat NumberFormat::parse(const std::string& text) {
    const std::string lower = lower_case(trimmed(text));
    if (const auto kind = value_named<Kind>(lower, name_of)) return {*kind};
    const std::size_t point = lower.find('.');
    NumberFormat format{Kind::fixed};
    constexpr int most_bits = 32;
    const bool is_fixed = lower.starts_with('q') && point != std::string::npos &&
                          parse_bits(std::string_view(lower).substr(1, point - 1), format.integer_bits) &&
                          parse_bits(std::string_view(lower).substr(point + 1), format.fraction_bits) && format.integer_bits <= most_bits &&
                          format.fraction_bits <= most_bits;
    if (!is_fixed || format.bits() < 2 || format.bits() > most_bits)
        throw UsageError("'" + text + "' is no number format: choose " + number_format_choices(false) + " with at most 32 bits.");
    return format;
}

std::vector<std::string> usual_number_formats() {
    std::vector<std::string> names;
    for (const Kind kind : all_values<Kind>(name_of)) names.push_back(kind == Kind::fixed ? example_of_fixed : name_of(kind));
    return names;
}

std::string number_format_choices(bool with_notes) {
    std::string text;
    for (const Kind kind : all_values<Kind>(name_of))
        if (kind != Kind::fixed) text += std::string(name_of(kind)) + (with_notes ? words_of(kind).note : "") + ", ";
    return text + "or fixed point as " + example_of_fixed;
}

std::string number_format_tips() {
    std::string text;
    for (const Kind kind : all_values<Kind>(name_of))
        if (const std::string tip = words_of(kind).tip; !tip.empty()) text += (text.empty() ? "" : "; ") + tip;
    return text;
}

std::string NumberFormat::to_string() const {
    if (kind != Kind::fixed) return name_of(kind);
    return "Q" + std::to_string(integer_bits) + "." + std::to_string(fraction_bits);
}

int NumberFormat::bits() const {
    switch (kind) {
        case Kind::float32:
            return 32;
        case Kind::float16:
        case Kind::bfloat16:
            return 16;
        case Kind::int8:
        case Kind::int8_per_channel:
            return 8;
        case Kind::fixed:
            break;
    }
    return 1 + integer_bits + fraction_bits;
}

BitField field_of(const NumberFormat& format, int bit) {
    if (bit == format.bits() - 1) return BitField::sign;
    if (format.is_integer()) return BitField::integer;
    if (format.kind == Kind::fixed) return bit >= format.fraction_bits ? BitField::integer : BitField::fraction;
    return bit >= format.bits() - 1 - exponent_bits(format.kind) ? BitField::exponent : BitField::mantissa;
}

std::string to_string(BitField field) {
    return name_of(field);
}

std::optional<BitField> bit_field_named(const std::string& name) {
    return value_named<BitField>(name, name_of);
}

}  // namespace clipscope
