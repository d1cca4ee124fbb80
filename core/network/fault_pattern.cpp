#include "network/fault_pattern.h"

#include <bit>
#include <charconv>
#include <optional>

#include "common/error.h"
#include "common/text_list.h"
#include "network/layer_info.h"

namespace clipscope {
namespace {

using Shape = FaultPattern::Shape;

constexpr std::string_view burst = "burst-", column = "column-";
constexpr int longest_burst = 32, longest_column = 1024;

std::optional<int> length_after(std::string_view name, std::string_view text, int longest) {
    if (!text.starts_with(name)) return std::nullopt;
    text.remove_prefix(name.size());
    int length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc() || end != text.data() + text.size() || length < 2 || length > longest) return std::nullopt;
    return length;
}

std::uint32_t lowest_bits(int count) {
    return count >= 32 ? ~0U : (1U << count) - 1;
}

// Of a word, where a fault can begin.
std::uint32_t places_in_word(const ParameterInfo& parameter) {
    const std::uint32_t faulty = parameter.faulty_bits & lowest_bits(parameter.word_bits);
    switch (parameter.pattern.shape) {
        case Shape::bit:
        case Shape::column:
            return faulty;
        case Shape::burst: {
            std::uint32_t places = 0;
            const std::uint32_t bits = lowest_bits(parameter.pattern.length);
            for (int first = 0; first + parameter.pattern.length <= parameter.word_bits; ++first)
                if ((faulty >> first & bits) == bits) places |= 1U << first;
            return places;
        }
        case Shape::word:
            return faulty == lowest_bits(parameter.word_bits) ? 1 : 0;
    }
    return 0;
}

std::int64_t words_to_begin_in(const ParameterInfo& parameter) {
    const std::int64_t after = parameter.pattern.shape == Shape::column ? parameter.pattern.length - 1 : 0;
    return parameter.elements > after ? parameter.elements - after : 0;
}

}  // namespace

FaultPattern FaultPattern::parse(const std::string& text) {
    const std::string name = lower_case(trimmed(text));
    if (name == "bit") return {};
    if (name == "word") return {Shape::word, 1};
    if (const auto bits = length_after(burst, name, longest_burst)) return {Shape::burst, *bits};
    if (const auto words = length_after(column, name, longest_column)) return {Shape::column, *words};
    throw UsageError("'" + text + "' is no pattern of faults: choose bit, burst-2 to burst-" + std::to_string(longest_burst) +
                     " (adjacent bits of a word), column-2 to column-" + std::to_string(longest_column) +
                     " (the same bit of consecutive words) or word.");
}

std::string FaultPattern::to_string() const {
    switch (shape) {
        case Shape::bit:
            return "bit";
        case Shape::burst:
            return std::string(burst) + std::to_string(length);
        case Shape::column:
            return std::string(column) + std::to_string(length);
        case Shape::word:
            return "word";
    }
    return {};
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
    const FaultPattern& pattern = parameter.pattern;
    const auto word_bits = std::uint64_t(parameter.word_bits);
    std::uint64_t count = 1, step = 1;
    switch (pattern.shape) {
        case Shape::bit:
            break;
        case Shape::burst:
            count = std::uint64_t(pattern.length);
            break;
        case Shape::column:
            count = std::uint64_t(pattern.length);
            step = word_bits;
            break;
        case Shape::word:
            count = word_bits;
            break;
    }
    std::vector<std::uint64_t> bits;
    for (std::uint64_t i = 0; i < count; ++i) bits.push_back(position + i * step);
    return bits;
}

}  // namespace clipscope
