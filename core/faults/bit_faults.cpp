#include "faults/bit_faults.h"

#include <bit>
#include <cstring>
#include <string>

#include "common/error.h"

namespace clipscope {
namespace {

// Values travel through memcpy: a float register may change the payload of a signalling NaN.
std::uint32_t load(std::span<const float> values, std::uint64_t element) {
    std::uint32_t word = 0;
    std::memcpy(&word, &values[element], sizeof(word));
    return word;
}

void store(std::span<float> values, std::uint64_t element, std::uint32_t word) {
    std::memcpy(&values[element], &word, sizeof(word));
}

std::uint32_t decoded_bits(const ParameterCodec& codec, std::uint32_t word, std::uint64_t element) {
    return codec.format() == NumberFormat{} ? word : std::bit_cast<std::uint32_t>(codec.decode(word, element));
}

// The words with the faulty bits asked for, nothing else filled in.
std::vector<FaultyWord> faulty_words(std::span<const MarkedBit> marked, double rate, int word_bits, std::uint64_t bit_count) {
    std::vector<FaultyWord> words;
    std::uint64_t next = 0;
    for (const MarkedBit& bit : marked) {
        if (!(bit.mark < rate)) continue;
        if (bit.position >= bit_count) {
            throw Error("Bit " + std::to_string(bit.position) + " is to be faulty in a parameter of " + std::to_string(bit_count) +
                        " bits; draw the faults for this very parameter.");
        }
        // Twice the same bit would cancel, and the count would lie.
        if (bit.position < next) {
            throw Error("Bit " + std::to_string(bit.position) +
                        " is to be faulty after a later bit or a second time; give every faulty bit once, in ascending order.");
        }
        next = bit.position + 1;
        const std::uint64_t element = bit.position / std::uint64_t(word_bits);
        if (words.empty() || words.back().element != element) words.push_back({.element = element});
        words.back().asked |= std::uint32_t(1) << (bit.position % std::uint64_t(word_bits));
    }
    return words;
}

}  // namespace

std::uint32_t stored_word(std::span<const float> values, const ParameterCodec& codec, std::uint64_t element) {
    const std::uint32_t bits = load(values, element);
    return codec.format() == NumberFormat{} ? bits : codec.encode(std::bit_cast<float>(bits), element);
}

std::uint32_t with_faults(std::uint32_t word, std::uint32_t mask, FaultKind kind) {
    switch (kind) {
        case FaultKind::flip:
            return word ^ mask;
        case FaultKind::stuck0:
            return word & ~mask;
        case FaultKind::stuck1:
            break;
    }
    return word | mask;
}

BitFaults::BitFaults(const ParameterMemory& memory, std::span<const MarkedBit> marked, double rate)
    : memory_(memory), words_(faulty_words(marked, rate, memory.codec.bits(), memory.values.size() * std::uint64_t(memory.codec.bits()))) {
    for (FaultyWord& word : words_) {
        word.clean = stored_word(memory_.values, memory_.codec, word.element);
        word.faulty = with_faults(word.clean, word.asked, memory_.kind);
    }
    if (memory_.read) memory_.read(words_);
    for (FaultyWord& word : words_) word.clean_value = load(memory_.values, word.element);
    for (const FaultyWord& word : words_) {
        if (word.faulty != word.clean) store(memory_.values, word.element, decoded_bits(memory_.codec, word.faulty, word.element));
    }
}

BitFaults::~BitFaults() {
    for (const FaultyWord& word : words_) store(memory_.values, word.element, word.clean_value);
}

// A moved-from vector is empty, so only one of the two takes the faults back.
BitFaults::BitFaults(BitFaults&&) noexcept = default;

std::int64_t BitFaults::count() const {
    std::int64_t count = 0;
    for (const FaultyWord& word : words_) count += std::popcount(word.asked);
    return count;
}

std::int64_t BitFaults::count_effective() const {
    std::int64_t count = 0;
    for (const FaultyWord& word : words_) count += std::popcount(word.faulty ^ word.clean);
    return count;
}

std::int64_t BitFaults::count_changed() const {
    std::int64_t changed = 0;
    for (const FaultyWord& word : words_) changed += std::popcount(word_in_memory(word) ^ word.clean);
    return changed;
}

void BitFaults::count_into(LayerInjection& counts) const {
    const auto add = [](std::uint32_t bits, auto& counters) {
        for (; bits != 0; bits &= bits - 1) ++counters[std::size_t(std::countr_zero(bits))];
    };
    for (const FaultyWord& word : words_) {
        add(word.asked, counts.asked);
        add(word_in_memory(word) ^ word.clean, counts.changed);
    }
}

// Several words may decode to one float32 (NaNs, fixed point of many bits), so what was written is recognised by its value.
std::uint32_t BitFaults::word_in_memory(const FaultyWord& word) const {
    const std::uint32_t value = load(memory_.values, word.element);
    if (value == decoded_bits(memory_.codec, word.faulty, word.element)) return word.faulty;
    if (value == word.clean_value) return word.clean;
    return memory_.codec.encode(std::bit_cast<float>(value), word.element);
}

}  // namespace clipscope
