#include "protection/memory/parity.h"

#include <bit>

#include "protection/memory/check_reader.h"

namespace clipscope {
namespace {

constexpr std::uint32_t one_bit = 1;

std::uint32_t parity_of(std::uint32_t word) {
    return std::uint32_t(std::popcount(word)) & 1;
}

class ParityWords : public WordProtection {
public:
    explicit ParityWords(const CleanWords& words) : words_(words) {}

    CheckWords check_words() const override { return {"parity", std::int64_t(words_.count()), int(one_bit)}; }

    void read(FaultKind kind, std::span<const FaultyCheckWord> check_words, std::vector<FaultyWord>& words) const override {
        add_words(check_words, words_, words);
        for (FaultyWord& word : words) {
            const std::uint32_t stored = with_faults(parity_of(word.clean), faulty_bits_of(check_words, word.element), kind);
            if (parity_of(word.faulty) != stored) word.faulty = words_.zero(word.element);
        }
    }

private:
    // Words that are right themselves but whose parity bit is not.
    static void add_words(std::span<const FaultyCheckWord> check_words, const CleanWords& clean, std::vector<FaultyWord>& words) {
        std::vector<std::uint64_t> elements;
        for (const FaultyCheckWord& check : check_words) elements.push_back(check.word);
        add_clean_words(elements, clean, words);
    }

    CleanWords words_;
};

class Parity : public MemoryProtection {
public:
    std::string form() const override { return "parity"; }
    std::string summary() const override { return "one parity bit a word; a word that does not fit its own is read as 0"; }
    std::vector<std::string> examples() const override { return {"parity"}; }
    bool is_named(std::string_view name) const override { return name == "parity"; }
    std::unique_ptr<WordProtection> protect(std::string_view, const CleanWords& words) const override {
        return std::make_unique<ParityWords>(words);
    }
    double operations_a_word(std::string_view, int) const override { return 3; }  // count of bits, compare, choose
};

}  // namespace

const MemoryProtection& parity_protection() {
    static const Parity parity;
    return parity;
}

}  // namespace clipscope
