// How a number is stored: as which bits (method.md, "Faults").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clipscope {

struct NumberFormat {
    enum class Kind {
        float32,
        float16,           // IEEE 754 binary16
        bfloat16,          // the upper half of a float32
        int8,              // two's complement, one scale for the whole tensor
        int8_per_channel,  // one scale for each output channel
        fixed              // two's complement of 1 + m + n bits, n of them after the point
    };
    Kind kind = Kind::float32;
    int integer_bits = 0;   // m, of `fixed`
    int fraction_bits = 0;  // n

    // "float32", "float16", "bfloat16", "int8", "int8-channel", "Q3.12", in any case; throws UsageError on anything else.
    static NumberFormat parse(const std::string& text);
    std::string to_string() const;

    int bits() const;  // stored for each number
    bool is_integer() const { return kind == Kind::int8 || kind == Kind::int8_per_channel; }

    friend bool operator==(const NumberFormat&, const NumberFormat&) = default;
};

// Those to offer, fixed point by an example: "float32", ..., "Q3.12".
std::vector<std::string> usual_number_formats();
// "float32, float16, ..., or fixed point as Q3.12"; `with_notes`: with what needs saying of some, in parentheses.
std::string number_format_choices(bool with_notes);
// What a name alone does not say, for people: "int8: one scale for each tensor; ...".
std::string number_format_tips();

// All bits of a word of so many, 1 to 32.
constexpr std::uint32_t word_mask(int bits) {
    return ~std::uint32_t(0) >> (32 - bits);
}

// What a bit of a stored number means.
enum class BitField { sign, exponent, mantissa, integer, fraction };

// Bit 0 is the least significant. The bits of an int8 below its sign are `integer`.
BitField field_of(const NumberFormat& format, int bit);

// "sign", "exponent", "mantissa", "integer", "fraction".
std::string to_string(BitField field);
std::optional<BitField> bit_field_named(const std::string& name);

}  // namespace clipscope
