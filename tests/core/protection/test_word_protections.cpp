#include <QTest>
#include <bit>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <random>

#include "common/error.h"
#include "protection/memory/hamming_code.h"
#include "protection/memory/word_protection.h"

using namespace clipscope;

namespace {

const ParameterCodec float32;

// A memory of one parameter under a protection, read with these bits of its words and check words wrong.
class Memory {
public:
    Memory(std::string_view name, std::vector<float> values, ParameterCodec codec = {})
        : values_(std::move(values)), codec_(std::move(codec)), clean_{values_, codec_} {
        const MemoryProtection* kind = find_memory_protection(name);
        if (kind) words_ = kind->protect(name, clean_);
    }

    // By element, the words that are read otherwise than they were written.
    std::map<std::uint64_t, std::uint32_t> read(const std::map<std::uint64_t, std::uint32_t>& faulty,
                                                const std::map<std::uint64_t, std::uint32_t>& faulty_checks = {},
                                                FaultKind kind = FaultKind::flip) const {
        std::vector<FaultyWord> words;
        for (const auto& [element, bits] : faulty) {
            const std::uint32_t clean = clean_.word(element);
            words.push_back({.element = element, .asked = bits, .clean = clean, .faulty = with_faults(clean, bits, kind)});
        }
        std::vector<FaultyCheckWord> checks;
        for (const auto& [word, bits] : faulty_checks) checks.push_back({word, bits});
        words_->read(kind, checks, words);
        std::map<std::uint64_t, std::uint32_t> read;
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (i > 0 && words[i].element <= words[i - 1].element) return {{~0ULL, 0}};  // not ascending
            if (words[i].faulty != words[i].clean) read[words[i].element] = words[i].faulty;
        }
        return read;
    }
    std::uint32_t word(std::uint64_t element) const { return clean_.word(element); }
    CheckWords check_words() const { return words_->check_words(); }

private:
    std::vector<float> values_;
    ParameterCodec codec_;
    CleanWords clean_;
    std::unique_ptr<WordProtection> words_;
};

using Words = std::map<std::uint64_t, std::uint32_t>;

std::uint32_t bit(int place) {
    return std::uint32_t(1) << place;
}

std::uint32_t bits(float value) {
    return std::bit_cast<std::uint32_t>(value);
}

std::vector<float> random_values(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, 0.1F);
    std::vector<float> values(count);
    for (float& value : values) value = normal(random);
    return values;
}

}  // namespace

class TestWordProtections : public QObject {
    Q_OBJECT
private slots:
    void guard_forces_what_all_words_share() {
        const Memory memory("guard", {0.5F, -0.25F, 1.5F});  // 3f000000, be800000, 3fc00000
        const std::uint32_t in_all = bits(0.5F) & bits(-0.25F) & bits(1.5F);
        const std::uint32_t in_none = ~(bits(0.5F) | bits(-0.25F) | bits(1.5F));
        QCOMPARE(memory.check_words().bits, 0);
        for (int place = 0; place < 32; ++place) {
            const bool is_constant = ((in_all | in_none) >> place & 1U) != 0;
            const Words expected = is_constant ? Words{} : Words{{2, bits(1.5F) ^ bit(place)}};
            QCOMPARE(memory.read({{2, bit(place)}}), expected);
        }
        QVERIFY((in_none & bit(30)) != 0);  // what matters in float32
        QCOMPARE(memory.read({{0, bit(30) | bit(31)}, {1, bit(30)}}), (Words{{0, bits(-0.5F)}}));
    }

    void range_check_reads_0_for_what_is_too_large() {
        const Memory memory("range-check", {0.5F, -0.75F, 0.0F});
        QCOMPARE(memory.read({{0, bits(0.5F) ^ bits(0.75F)}}), (Words{{0, bits(0.75F)}}));              // the bound itself
        QCOMPARE(memory.read({{0, bits(0.5F) ^ bits(std::nextafter(0.75F, 1.0F))}}), (Words{{0, 0}}));  // its neighbour
        QCOMPARE(memory.read({{0, bits(0.5F) ^ bits(-std::nextafter(0.75F, 1.0F))}}), (Words{{0, 0}}));
        QCOMPARE(memory.read({{0, bits(0.5F) ^ bits(std::numeric_limits<float>::quiet_NaN())}}), (Words{{0, 0}}));
        QCOMPARE(memory.read({{1, bits(-0.75F) ^ bits(-std::numeric_limits<float>::infinity())}}), (Words{{1, 0}}));
        QCOMPARE(memory.read({{2, bit(31)}}), (Words{{2, bit(31)}}));  // -0
        QCOMPARE(memory.read({{2, bit(30)}}), Words{});                // 2 is too large, and the 0 read instead is what was there
        // The int8 word -128 is beyond the largest, 127 steps.
        const std::vector<float> values = {1.27F, -0.5F};
        const Memory int8("range-check", values, ParameterCodec(NumberFormat::parse("int8"), values, 1));
        QCOMPARE(int8.read({{1, int8.word(1) ^ 0x80U}}), (Words{{1, 0}}));
        QCOMPARE(int8.read({{1, int8.word(1) ^ 0x81U}}), (Words{{1, 0x81}}));
    }

    void parity_finds_an_odd_number_of_errors() {
        const Memory memory("parity", {0.5F, -0.75F});
        QCOMPARE(memory.check_words().words, 2);
        QCOMPARE(memory.check_words().bits, 1);
        for (int place = 0; place < 32; ++place) {
            QCOMPARE(memory.read({{0, bit(place)}}), (Words{{0, 0}}));
            QCOMPARE(memory.read({{0, bit(place)}}, {{0, 1}}), (Words{{0, bits(0.5F) ^ bit(place)}}));  // both wrong: fits
            for (int other = 0; other < place; ++other)
                QCOMPARE(memory.read({{0, bit(place) | bit(other)}}), (Words{{0, bits(0.5F) ^ bit(place) ^ bit(other)}}));
        }
        QCOMPARE(memory.read({}, {{1, 1}}), (Words{{1, 0}}));  // the parity bit alone
        // -0.75 is bf400000: its eight ones make the parity bit 0; stuck at 0 it is right, stuck at 1 wrong.
        QCOMPARE(memory.read({}, {{1, 1}}, FaultKind::stuck0), Words{});
        QCOMPARE(memory.read({}, {{1, 1}}, FaultKind::stuck1), (Words{{1, 0}}));
    }

    void tmr_outvotes_a_single_copy() {
        const Memory memory("tmr-30-31", {0.5F, -0.75F});
        QCOMPARE(memory.check_words().words, 4);
        QCOMPARE(memory.check_words().bits, 2);
        QCOMPARE(memory.read({{0, bit(30) | bit(31) | bit(29)}}), (Words{{0, bits(0.5F) ^ bit(29)}}));
        QCOMPARE(memory.read({}, {{0, 3}}), Words{});
        QCOMPARE(memory.read({}, {{0, 3}, {2, 1}}), (Words{{0, bits(0.5F) ^ bit(30)}}));        // bit 30 in two copies
        QCOMPARE(memory.read({{1, bit(31)}}, {{3, 2}}), (Words{{1, bits(-0.75F) ^ bit(31)}}));  // own and third copy
        QCOMPARE(memory.read({{1, bit(31)}}, {{3, 1}}), Words{});                               // other bits
        QVERIFY_EXCEPTION_THROWN(find_memory_protection("tmr-sausage"), UsageError);
    }

    void sec_ded_reads_what_was_worked_out_apart() {
        std::ifstream file(CLIPSCOPE_SOURCE_DIR "/tests/core/protection/golden_codes.txt");
        int data_bits = 0, lines = 0;
        std::uint64_t data = 0, read = 0;
        std::string errors;
        bool found_two = false;
        while (file >> std::dec >> data_bits >> std::hex >> data >> errors >> read >> std::dec >> found_two) {
            const HammingCode code(data_bits);
            // Up to 72 bits of errors: the lowest 16 hexadecimal digits are the data's where there are 64.
            const std::size_t digits = std::size_t(data_bits) / 4;
            const std::string low = errors.size() > digits ? errors.substr(errors.size() - digits) : errors;
            const std::string high = errors.size() > digits ? errors.substr(0, errors.size() - digits) : "0";
            const HammingWord word{data ^ std::stoull(low, nullptr, 16),
                                   code.check_of(data) ^ std::uint32_t(std::stoul(high, nullptr, 16))};
            const HammingRead decoded = code.decode(word);
            QCOMPARE(decoded.data, read);
            QCOMPARE(decoded.found_two, found_two);
            ++lines;
        }
        QCOMPARE(lines, 186);
    }

    // Of a memory of many words: every single and every double error of one code word.
    void sec_ded_corrects_one_and_finds_two_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("format");
        QTest::addColumn<int>("data_bits");
        for (const char* format : {"float32", "int8", "Q3.12", "Q3.8"}) {
            QTest::addRow("39,32 %s", format) << "sec-ded-39-32" << format << 32;
            QTest::addRow("72,64 %s", format) << "sec-ded-72-64" << format << 64;
        }
    }
    void sec_ded_corrects_one_and_finds_two() {
        QFETCH(QString, name);
        QFETCH(QString, format);
        QFETCH(int, data_bits);
        const std::vector<float> values = random_values(33, 7);
        const ParameterCodec codec(NumberFormat::parse(format.toStdString()), values, 1);
        const Memory memory(name.toStdString(), values, codec);
        const Memory keeping(name.toStdString() + "-keep", values, codec);
        const auto word_bits = std::uint64_t(codec.bits());
        const std::uint64_t bits_in_all = values.size() * word_bits;
        QCOMPARE(memory.check_words().words, std::int64_t((bits_in_all + std::uint64_t(data_bits) - 1) / std::uint64_t(data_bits)));
        QCOMPARE(memory.check_words().bits, data_bits == 32 ? 7 : 8);
        const auto last = std::uint64_t(memory.check_words().words - 1);
        for (const std::uint64_t block : {std::uint64_t(0), std::uint64_t(1), last}) {
            const std::uint64_t first = block * std::uint64_t(data_bits);
            const int own_bits = int(std::min(std::uint64_t(data_bits), bits_in_all - first));
            const int all = own_bits + memory.check_words().bits;
            const auto add = [&](int error, Words& words, Words& checks) {
                const std::uint64_t position = first + std::uint64_t(error);
                if (error < own_bits)
                    words[position / word_bits] ^= bit(int(position % word_bits));
                else
                    checks[block] ^= bit(error - own_bits);
            };
            Words zeroed;  // all words with a bit in the block
            for (std::uint64_t element = first / word_bits; element <= (first + std::uint64_t(own_bits) - 1) / word_bits; ++element)
                if (memory.word(element) != codec.encode(0, element)) zeroed[element] = codec.encode(0, element);
            for (int one = 0; one < all; ++one) {
                Words words, checks;
                add(one, words, checks);
                QCOMPARE(memory.read(words, checks), Words{});
                for (int other = 0; other < one; ++other) {
                    Words two = words, two_checks = checks;
                    add(other, two, two_checks);
                    QCOMPARE(memory.read(two, two_checks), zeroed);
                    Words stored;
                    for (const auto& [element, mask] : two) stored[element] = memory.word(element) ^ mask;
                    QCOMPARE(keeping.read(two, two_checks), stored);
                }
            }
        }
        // Errors in two code words are each one's own.
        Words far = {{0, 1}};
        far[values.size() - 1] = bit(int(word_bits) - 1);
        QCOMPARE(memory.read(far), Words{});
    }

    void stuck_check_bits_are_wrong_only_where_they_change() {
        const Memory memory("sec-ded-39-32", {0.5F, 0.0F});
        // All check bits of 0 are 0; one data bit at 1 makes at least three of them 1 (two of its number, the parity).
        QCOMPARE(memory.read({}, {{1, 0x7f}}, FaultKind::stuck0), Words{});
        const Words read = memory.read({{0, bit(3)}}, {{0, 0x7f}}, FaultKind::stuck0);
        QVERIFY(read.empty() || read.begin()->first == 0);
    }
};

QTEST_MAIN(TestWordProtections)
#include "test_word_protections.moc"
