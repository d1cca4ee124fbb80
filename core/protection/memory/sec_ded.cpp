#include "protection/memory/sec_ded.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "protection/memory/check_reader.h"
#include "protection/memory/hamming_code.h"

namespace clipscope {
namespace {

struct Variant {
    std::string_view name;
    std::string_view code;  // what is stored
    int data_bits = 32;
    bool keeps_two = false;  // two errors found: the bits stay as they are stored; otherwise the words are read as 0
};
constexpr Variant variants[] = {{"sec-ded-39-32", "sec-ded-39-32", 32, false},
                                {"sec-ded-39-32-keep", "sec-ded-39-32", 32, true},
                                {"sec-ded-72-64", "sec-ded-72-64", 64, false},
                                {"sec-ded-72-64-keep", "sec-ded-72-64", 64, true}};

const Variant* find_variant(std::string_view name) {
    const auto found = std::ranges::find(variants, name, &Variant::name);
    return found == std::end(variants) ? nullptr : &*found;
}

class CodedWords : public WordProtection {
public:
    CodedWords(const Variant& variant, const CleanWords& words)
        : words_(words), variant_(variant), code_(variant.data_bits), word_bits_(std::uint64_t(words.codec.bits())) {}

    CheckWords check_words() const override {
        const std::uint64_t data_bits = std::uint64_t(variant_.data_bits);
        return {std::string(variant_.code), std::int64_t((words_.count() * word_bits_ + data_bits - 1) / data_bits), code_.check_bits()};
    }

    void read(FaultKind kind, std::span<const FaultyCheckWord> check_words, std::vector<FaultyWord>& words) const override {
        const std::vector<std::uint64_t> hit = blocks_hit(check_words, words);
        add_clean_words(elements_of(hit), words_, words);
        std::vector<std::uint32_t> stored;
        for (const FaultyWord& word : words) stored.push_back(word.faulty);
        std::vector<std::uint64_t> zeroed;
        auto first = std::size_t(0);  // of the words, the first in the block
        for (const std::uint64_t block : hit) {
            while (words[first].element < first_element(block)) ++first;
            read_block(block, first, with_faulty_bits(block, kind, check_words, first, words), stored, words, zeroed);
        }
        for (const std::uint64_t element : zeroed)
            std::ranges::lower_bound(words, element, {}, &FaultyWord::element)->faulty = words_.zero(element);
    }

private:
    std::uint64_t first_element(std::uint64_t block) const { return block * std::uint64_t(variant_.data_bits) / word_bits_; }
    std::uint64_t last_element(std::uint64_t block) const {
        const std::uint64_t end = std::min((block + 1) * std::uint64_t(variant_.data_bits), words_.count() * word_bits_);
        return (end - 1) / word_bits_;
    }

    std::vector<std::uint64_t> blocks_hit(std::span<const FaultyCheckWord> check_words, const std::vector<FaultyWord>& words) const {
        std::vector<std::uint64_t> blocks;
        for (const FaultyWord& word : words) {
            const std::uint64_t first = word.element * word_bits_ / std::uint64_t(variant_.data_bits);
            const std::uint64_t last = ((word.element + 1) * word_bits_ - 1) / std::uint64_t(variant_.data_bits);
            for (std::uint64_t block = first; block <= last; ++block) blocks.push_back(block);
        }
        for (const FaultyCheckWord& check : check_words) blocks.push_back(check.word);
        std::ranges::sort(blocks);
        blocks.erase(std::unique(blocks.begin(), blocks.end()), blocks.end());
        return blocks;
    }

    std::vector<std::uint64_t> elements_of(const std::vector<std::uint64_t>& blocks) const {
        std::vector<std::uint64_t> elements;
        for (const std::uint64_t block : blocks)
            for (std::uint64_t element = first_element(block); element <= last_element(block); ++element)
                if (elements.empty() || elements.back() != element) elements.push_back(element);
        return elements;
    }

    // Puts the bits of a word that lie in the block to their places in it.
    std::uint64_t placed(std::uint32_t word, std::uint64_t element, std::uint64_t block) const {
        const auto shift = std::int64_t(element * word_bits_) - std::int64_t(block * std::uint64_t(variant_.data_bits));
        if (shift < 0) return word >> -shift;
        const std::uint64_t bits = shift < 64 ? std::uint64_t(word) << shift : 0;
        return variant_.data_bits == 64 ? bits : bits & 0xffffffffU;
    }
    std::uint32_t taken(std::uint64_t data, std::uint64_t element, std::uint64_t block) const {
        const auto shift = std::int64_t(element * word_bits_) - std::int64_t(block * std::uint64_t(variant_.data_bits));
        const std::uint64_t bits = shift < 0 ? data << -shift : data >> shift;
        return std::uint32_t(bits) & word_mask(int(word_bits_));
    }

    // What is stored of a block: its data and its check bits.
    HammingWord with_faulty_bits(std::uint64_t block, FaultKind kind, std::span<const FaultyCheckWord> check_words, std::size_t first,
                                 const std::vector<FaultyWord>& words) const {
        std::uint64_t clean = 0;
        std::uint64_t stored = 0;
        for (std::size_t i = first; i < words.size() && words[i].element <= last_element(block); ++i) {
            clean |= placed(words[i].clean, words[i].element, block);
            stored |= placed(with_faults(words[i].clean, words[i].asked, kind), words[i].element, block);
        }
        return {stored, with_faults(code_.check_of(clean), faulty_bits_of(check_words, block), kind)};
    }

    void read_block(std::uint64_t block, std::size_t first, const HammingWord& in_memory, const std::vector<std::uint32_t>& stored,
                    std::vector<FaultyWord>& words, std::vector<std::uint64_t>& zeroed) const {
        const HammingRead read = code_.decode(in_memory);
        for (std::size_t i = first; i < words.size() && words[i].element <= last_element(block); ++i) {
            const std::uint64_t element = words[i].element;
            if (read.found_two && !variant_.keeps_two) zeroed.push_back(element);
            // A word may lie in two blocks: each corrects its own bits.
            const std::uint32_t own = taken(placed(~0U, element, block), element, block);
            const std::uint32_t corrected = taken(read.data, element, block) & own;
            words[i].faulty ^= (stored[i] ^ corrected) & own;
        }
    }

    CleanWords words_;
    const Variant& variant_;
    HammingCode code_;
    std::uint64_t word_bits_;
};

class SecDed : public MemoryProtection {
public:
    std::string form() const override { return "sec-ded-39-32[-keep]|sec-ded-72-64[-keep]"; }
    std::string summary() const override {
        return "extended Hamming code: one error is corrected, words with two are read as 0 (-keep: as they are)";
    }
    std::vector<std::string> examples() const override { return {"sec-ded-39-32", "sec-ded-72-64"}; }
    bool is_named(std::string_view name) const override { return find_variant(name) != nullptr; }
    std::unique_ptr<WordProtection> protect(std::string_view name, const CleanWords& words) const override {
        return std::make_unique<CodedWords>(*find_variant(name), words);
    }
    // For each check bit: and, count of bits, compare; then the parity of all, and the correction.
    double operations_a_word(std::string_view name, int word_bits) const override {
        const HammingCode code(find_variant(name)->data_bits);
        return (3.0 * code.check_bits() + 3) * word_bits / find_variant(name)->data_bits;
    }
};

}  // namespace

const MemoryProtection& sec_ded_protection() {
    static const SecDed sec_ded;
    return sec_ded;
}

}  // namespace clipscope
