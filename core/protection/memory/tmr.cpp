#include "protection/memory/tmr.h"

#include <bit>

#include "common/error.h"
#include "common/number_text.h"
#include "network/memory_model.h"
#include "protection/memory/check_reader.h"

namespace clipscope {
namespace {

constexpr std::string_view prefix = "tmr-";

// "30", "30-31", "exponent".
BitSelection bits_of(std::string_view name) {
    std::string text(name.substr(prefix.size()));
    for (char& c : text)
        if (c == '-') c = ',';
    return BitSelection::parse(text);
}

// The bits of `mask` out of a word, side by side, and back into their places.
std::uint32_t gathered(std::uint32_t word, std::uint32_t mask) {
    std::uint32_t bits = 0;
    for (int place = 0; mask != 0; mask &= mask - 1, ++place) bits |= (word >> std::countr_zero(mask) & 1U) << place;
    return bits;
}

std::uint32_t spread(std::uint32_t bits, std::uint32_t mask) {
    std::uint32_t word = 0;
    for (; mask != 0; mask &= mask - 1, bits >>= 1) word |= (bits & 1U) << std::countr_zero(mask);
    return word;
}

// The check words are the second copies of all words' chosen bits, then the third ones.
class TripledWords : public WordProtection {
public:
    TripledWords(std::string_view name, const CleanWords& words)
        : words_(words), name_(name), mask_(bits_of(name).mask(words.codec.format())) {}

    CheckWords check_words() const override { return {name_, std::int64_t(words_.count() * 2), std::popcount(mask_)}; }

    std::vector<std::pair<std::string, std::string>> constants() const override { return {{"tripled_bits", hexadecimal(mask_)}}; }

    // A single wrong copy is outvoted, so only words with faulty bits of their own, or with two wrong copies, can be read otherwise.
    void read(FaultKind kind, std::span<const FaultyCheckWord> check_words, std::vector<FaultyWord>& words) const override {
        std::vector<std::uint64_t> elements;
        for (const FaultyCheckWord& check : check_words)
            if (check.word < words_.count() && faulty_bits_of(check_words, check.word + words_.count()) != 0)
                elements.push_back(check.word);
        add_clean_words(elements, words_, words);
        for (FaultyWord& word : words) {
            const std::uint32_t clean = gathered(word.clean, mask_);
            const std::uint32_t first = gathered(word.faulty, mask_);
            const std::uint32_t second = with_faults(clean, faulty_bits_of(check_words, word.element), kind);
            const std::uint32_t third = with_faults(clean, faulty_bits_of(check_words, word.element + words_.count()), kind);
            const std::uint32_t majority = (first & second) | (first & third) | (second & third);
            word.faulty = (word.faulty & ~mask_) | spread(majority, mask_);
        }
    }

private:
    CleanWords words_;
    std::string name_;
    std::uint32_t mask_;
};

class Tmr : public MemoryProtection {
public:
    std::string form() const override { return "tmr-BITS"; }
    std::string summary() const override {
        return "the chosen bits (30, 30-31, sign, exponent, ...) are stored three times; what most say is read";
    }
    std::vector<std::string> examples() const override { return {"tmr-30", "tmr-exponent"}; }
    bool is_named(std::string_view name) const override {
        if (!name.starts_with(prefix)) return false;
        bits_of(name);
        return true;
    }
    std::unique_ptr<WordProtection> protect(std::string_view name, const CleanWords& words) const override {
        return std::make_unique<TripledWords>(name, words);
    }
    double operations_a_word(std::string_view, int) const override { return 5; }  // three ands, two ors, all chosen bits at once
};

}  // namespace

const MemoryProtection& tmr_protection() {
    static const Tmr tmr;
    return tmr;
}

}  // namespace clipscope
