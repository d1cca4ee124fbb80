#include "protection/memory/guard.h"

#include "common/number_text.h"

namespace clipscope {
namespace {

class GuardedWords : public WordProtection {
public:
    explicit GuardedWords(const CleanWords& words) : word_(word_mask(words.codec.bits())) {
        for (std::uint64_t element = 0; element < words.count(); ++element) {
            const std::uint32_t word = words.word(element);
            in_all_ &= word;
            in_some_ |= word;
        }
    }
    std::vector<std::pair<std::string, std::string>> constants() const override {
        return {{"always_1", hexadecimal(in_all_)}, {"always_0", hexadecimal(~in_some_ & word_)}};
    }
    void read(FaultKind, std::span<const FaultyCheckWord>, std::vector<FaultyWord>& words) const override {
        for (FaultyWord& word : words) word.faulty = (word.faulty | in_all_) & in_some_;
    }

private:
    std::uint32_t in_all_ = ~0U;
    std::uint32_t in_some_ = 0;
    std::uint32_t word_ = 0;  // all bits of one
};

class Guard : public MemoryProtection {
public:
    std::string form() const override { return "guard"; }
    std::string summary() const override { return "bits that are the same in all of a parameter's clean words are forced to that value"; }
    std::vector<std::string> examples() const override { return {"guard"}; }
    bool is_named(std::string_view name) const override { return name == "guard"; }
    std::unique_ptr<WordProtection> protect(std::string_view, const CleanWords& words) const override {
        return std::make_unique<GuardedWords>(words);
    }
    bool stores_check_words() const override { return false; }
    double operations_a_word(std::string_view, int) const override { return 2; }  // or, and
};

}  // namespace

const MemoryProtection& guard_protection() {
    static const Guard guard;
    return guard;
}

}  // namespace clipscope
