// Which bits become faulty together (method.md, "More kinds of faults"). What a particle upsets is seldom one bit alone: neighbours in a
// word, or the same bit of neighbouring words, fail with it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace clipscope {

struct ParameterInfo;

struct FaultPattern {
    enum class Shape {
        bit,     // one bit alone
        burst,   // adjacent bits of one word
        column,  // the same bit of consecutive words
        word     // all bits of a word
    };
    Shape shape = Shape::bit;
    int length = 1;  // bits of a burst, words of a column

    // "bit", "burst-2" to "burst-32", "column-2" to "column-1024", "word": a line each in fault_pattern.cpp. Throws UsageError on anything
    // else.
    static FaultPattern parse(const std::string& text);
    std::string to_string() const;

    friend bool operator==(const FaultPattern&, const FaultPattern&) = default;
};

// Those to offer: "bit", "burst-2", ..., "word".
std::vector<std::string> usual_fault_patterns();
// "bit (each alone), burst-2 to burst-32 (adjacent bits of a word), ... or word".
std::string fault_pattern_choices();
// What each is, for people: "bit: each alone; burst-N: N adjacent bits of a word, as ...".
std::string fault_pattern_tips();

// The places of a parameter where a fault can begin: those from which the whole pattern lies within the word (a burst) or the parameter (a
// column), on bits that may be faulty. A rate is the probability of each of them.
std::int64_t count_fault_places(const ParameterInfo& parameter);

// Whether a fault can begin at this bit, by its position in the parameter (faults/fault_map.h). The first bit of a pattern is its lowest,
// and of a column that of its first word.
bool is_fault_place(const ParameterInfo& parameter, std::uint64_t position);

// The one of these places with this number, from 0 in ascending order.
std::uint64_t fault_place(const ParameterInfo& parameter, std::int64_t number);

// The bits of the pattern that begins there, ascending.
std::vector<std::uint64_t> pattern_bits(const ParameterInfo& parameter, std::uint64_t position);

}  // namespace clipscope
