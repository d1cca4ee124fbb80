// What every protection of stored words has in common (method.md, "Protections"). Each has a pair of files of its own in this folder and a
// line in memory_protections().
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "faults/protected_memory.h"
#include "network/parameter_codec.h"

namespace clipscope {

// A parameter's words without faults. Both must outlive it.
struct CleanWords {
    std::span<const float> values;
    const ParameterCodec& codec;

    std::uint32_t word(std::uint64_t element) const { return stored_word(values, codec, element); }
    std::uint32_t zero(std::uint64_t element) const { return codec.encode(0.0F, element); }  // the word that stands for 0
    std::uint64_t count() const { return values.size(); }
};

// The words that a protection stores beside a parameter.
struct CheckWords {
    std::string name;  // "sec-ded-39-32": protections that store the same have the same faults in it
    std::int64_t words = 0;
    int bits = 0;  // of each; 0: nothing is stored
};

// One parameter's, which knows its clean words. Read-only; any number of threads may call it at once.
class WordProtection {
public:
    virtual ~WordProtection() = default;
    virtual CheckWords check_words() const { return {}; }
    // What else a reader of the words must know, as names and texts: {"always_0", "0x40000000"}.
    virtual std::vector<std::pair<std::string, std::string>> constants() const { return {}; }
    // As ProtectedMemory::read().
    virtual void read(FaultKind kind, std::span<const FaultyCheckWord> check_words, std::vector<FaultyWord>& words) const = 0;
};

// A kind of protection, in a table.
class MemoryProtection {
public:
    virtual ~MemoryProtection() = default;
    virtual std::string form() const = 0;     // of its name, as people write it: "guard", "tmr-BITS"
    virtual std::string summary() const = 0;  // one line for people
    virtual std::vector<std::string> examples() const = 0;  // of its name: "tmr-30"
    // Whether the name is one of this kind, "tmr-30". Throws UsageError where it is one with a part that cannot be.
    virtual bool is_named(std::string_view name) const = 0;
    virtual std::unique_ptr<WordProtection> protect(std::string_view name, const CleanWords& words) const = 0;
    // Whether it stores something beside the words, which faults hit too.
    virtual bool stores_check_words() const { return true; }
    // Elementary operations (and, compare, add, count of bits, choose, ...) on reading a word of so many bits.
    virtual double operations_a_word(std::string_view name, int word_bits) const = 0;
};

std::span<const MemoryProtection* const> memory_protections();

// Of this name; null where there is none.
const MemoryProtection* find_memory_protection(std::string_view name);

}  // namespace clipscope
