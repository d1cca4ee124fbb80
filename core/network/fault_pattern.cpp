#include "network/fault_pattern.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "common/error.h"
#include "common/text_list.h"
#include "network/layer_info.h"

namespace clipscope {
namespace {

using Shape = FaultPattern::Shape;

std::uint32_t lowest_bits(int count) {
    return count >= 32 ? ~0U : (1U << count) - 1;
}

// The words of a parameter, as far as patterns care.
struct Words {
    std::uint32_t faulty;  // bits of a word that may be
    int bits;              // of a word
    int length;            // of the pattern
};

std::uint32_t any_bit(const Words& words) {
    return words.faulty;
}

std::uint32_t within_a_word(const Words& words) {
    std::uint32_t places = 0;
    const std::uint32_t bits = lowest_bits(words.length);
    for (int first = 0; first + words.length <= words.bits; ++first)
        if ((words.faulty >> first & bits) == bits) places |= 1U << first;
    return places;
}

std::uint32_t whole_word(const Words& words) {
    return words.faulty == lowest_bits(words.bits) ? 1 : 0;
}

int one(const Words&) {
    return 1;
}

int length_of(const Words& words) {
    return words.length;
}

int bits_of(const Words& words) {
    return words.bits;
}

// A shape: what is to know of it stands here, and nowhere else.
struct ShapeDefinition {
    Shape shape;
    std::string_view name;
    int longest;                            // length that it can have, from 2 on; 1: it has none
    std::array<int, 3> usual;               // lengths to offer
    const char* note;                       // for lists of choices, with a blank before
    const char* tip;                        // for people
    std::uint32_t (*places)(const Words&);  // of a word, where it can begin
    int (*words)(const Words&);             // that it reaches over
    int (*count)(const Words&);             // of its bits
    int (*step)(const Words&);              // from each of them to the next
};

constexpr ShapeDefinition shapes[] = {
    {Shape::bit, "bit", 1, {}, " (each alone)", "bit: each alone", any_bit, one, one, one},
    {Shape::burst,
     "burst",
     32,
     {2, 4, 8},
     " (adjacent bits of a word)",
     "burst-N: N adjacent bits of a word, as one particle upsets neighbours",
     within_a_word,
     one,
     length_of,
     one},
    {Shape::column,
     "column",
     1024,
     {4, 16},
     " (the same bit of consecutive words)",
     "column-N: the same bit of N consecutive words, as a failing bit line",
     any_bit,
     length_of,
     length_of,
     bits_of},
    {Shape::word, "word", 1, {}, "", "word: all bits of a word", whole_word, one, bits_of, one},
};

const ShapeDefinition& definition_of(Shape shape) {
    for (const ShapeDefinition& one : shapes)
        if (one.shape == shape) return one;
    throw std::logic_error("a shape of faults has no line in the table of shapes");
}

const ShapeDefinition& definition_of(const ParameterInfo& parameter) {
    return definition_of(parameter.pattern.shape);
}

Words words_of(const ParameterInfo& parameter) {
    return {parameter.faulty_bits & lowest_bits(parameter.word_bits), parameter.word_bits, parameter.pattern.length};
}

// Of "burst-4", after the name of the shape.
std::optional<int> length_after(const ShapeDefinition& shape, std::string_view text) {
    if (shape.longest == 1) return text == shape.name ? std::optional(1) : std::nullopt;
    if (!text.starts_with(std::string(shape.name) + "-")) return std::nullopt;
    text.remove_prefix(shape.name.size() + 1);
    int length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc() || end != text.data() + text.size() || length < 2 || length > shape.longest) return std::nullopt;
    return length;
}

std::string name_of(const ShapeDefinition& shape, int length) {
    return std::string(shape.name) + (shape.longest == 1 ? "" : "-" + std::to_string(length));
}

std::uint32_t places_in_word(const ParameterInfo& parameter) {
    return definition_of(parameter).places(words_of(parameter));
}

std::int64_t words_to_begin_in(const ParameterInfo& parameter) {
    const std::int64_t after = definition_of(parameter).words(words_of(parameter)) - 1;
    return parameter.elements > after ? parameter.elements - after : 0;
}

}  // namespace

FaultPattern FaultPattern::parse(const std::string& text) {
    const std::string name = lower_case(trimmed(text));
    for (const ShapeDefinition& shape : shapes)
        if (const auto length = length_after(shape, name)) return {shape.shape, *length};
    throw UsageError("'" + text + "' is no pattern of faults: choose " + fault_pattern_choices() + ".");
}

std::string FaultPattern::to_string() const {
    return name_of(definition_of(shape), length);
}

std::vector<std::string> usual_fault_patterns() {
    std::vector<std::string> names;
    for (const ShapeDefinition& shape : shapes) {
        if (shape.longest == 1) names.push_back(name_of(shape, 1));
        for (const int length : shape.usual)
            if (length > 0) names.push_back(name_of(shape, length));
    }
    return names;
}

std::string fault_pattern_choices() {
    std::string text;
    for (const ShapeDefinition& shape : shapes) {
        text += text.empty() ? "" : &shape == std::end(shapes) - 1 ? " or " : ", ";
        text += name_of(shape, 2) + (shape.longest == 1 ? "" : " to " + name_of(shape, shape.longest)) + shape.note;
    }
    return text;
}

std::string fault_pattern_tips() {
    std::string text;
    for (const ShapeDefinition& shape : shapes) text += (text.empty() ? "" : "; ") + std::string(shape.tip);
    return text;
}

std::int64_t count_fault_places(const ParameterInfo& parameter) {
    return words_to_begin_in(parameter) * std::popcount(places_in_word(parameter));
}

bool is_fault_place(const ParameterInfo& parameter, std::uint64_t position) {
    const auto word_bits = std::uint64_t(parameter.word_bits);
    return std::int64_t(position / word_bits) < words_to_begin_in(parameter) &&
           (places_in_word(parameter) >> position % word_bits & 1) != 0;
}

std::uint64_t fault_place(const ParameterInfo& parameter, std::int64_t number) {
    std::uint32_t places = places_in_word(parameter);
    const std::int64_t in_a_word = std::popcount(places);
    for (std::int64_t skip = number % in_a_word; skip > 0; --skip) places &= places - 1;
    return std::uint64_t(number / in_a_word) * std::uint64_t(parameter.word_bits) + std::uint64_t(std::countr_zero(places));
}

std::vector<std::uint64_t> pattern_bits(const ParameterInfo& parameter, std::uint64_t position) {
    const ShapeDefinition& shape = definition_of(parameter);
    const Words words = words_of(parameter);
    const auto count = std::uint64_t(shape.count(words)), step = std::uint64_t(shape.step(words));
    std::vector<std::uint64_t> bits;
    for (std::uint64_t i = 0; i < count; ++i) bits.push_back(position + i * step);
    return bits;
}

}  // namespace clipscope
