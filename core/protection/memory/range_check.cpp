#include "protection/memory/range_check.h"

#include <cmath>

#include "common/number_text.h"

namespace clipscope {
namespace {

class CheckedWords : public WordProtection {
public:
    explicit CheckedWords(const CleanWords& words) : words_(words) {
        for (std::uint64_t element = 0; element < words.count(); ++element)
            if (const float magnitude = magnitude_of(words.word(element), element); magnitude > largest_) largest_ = magnitude;
    }
    std::vector<std::pair<std::string, std::string>> constants() const override { return {{"largest", number_text(largest_)}}; }
    void read(FaultKind, std::span<const FaultyCheckWord>, std::vector<FaultyWord>& words) const override {
        // Not above it rather than below: NaN is neither.
        for (FaultyWord& word : words)
            if (!(magnitude_of(word.faulty, word.element) <= largest_)) word.faulty = words_.zero(word.element);
    }

private:
    float magnitude_of(std::uint32_t word, std::uint64_t element) const { return std::abs(words_.codec.decode(word, element)); }

    CleanWords words_;
    float largest_ = 0;
};

class RangeCheck : public MemoryProtection {
public:
    std::string form() const override { return "range-check"; }
    std::string summary() const override { return "NaN, and what is larger than a parameter's largest clean number, is read as 0"; }
    std::vector<std::string> examples() const override { return {"range-check"}; }
    bool is_named(std::string_view name) const override { return name == "range-check"; }
    std::unique_ptr<WordProtection> protect(std::string_view, const CleanWords& words) const override {
        return std::make_unique<CheckedWords>(words);
    }
    bool stores_check_words() const override { return false; }
    double operations_a_word(std::string_view, int) const override { return 3; }  // magnitude, compare, choose
};

}  // namespace

const MemoryProtection& range_check_protection() {
    static const RangeCheck range_check;
    return range_check;
}

}  // namespace clipscope
