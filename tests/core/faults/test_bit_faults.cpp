#include <QTest>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "common/counter_random.h"
#include "common/error.h"
#include "faults/bit_faults.h"

using clipscope::BitFaults;
using clipscope::FaultKind;
using clipscope::MarkedBit;
using clipscope::NumberFormat;
using clipscope::ParameterCodec;
using clipscope::ParameterMemory;

namespace {

std::vector<std::uint32_t> words_of(const std::vector<float>& memory) {
    std::vector<std::uint32_t> words(memory.size());
    std::memcpy(words.data(), memory.data(), memory.size() * sizeof(float));
    return words;
}

std::vector<float> memory_of(const std::vector<std::uint32_t>& words) {
    std::vector<float> memory(words.size());
    std::memcpy(memory.data(), words.data(), words.size() * sizeof(float));
    return memory;
}

// Signalling and quiet NaNs with payloads, infinities, subnormals, zeros of both signs, and random words.
std::vector<std::uint32_t> difficult_words() {
    std::vector<std::uint32_t> words = {0x7f800001, 0x7fbfffff, 0x7fc00000, 0xffffffff, 0xff800001, 0x7f800000, 0xff800000,
                                        0x00000000, 0x80000000, 0x00000001, 0x807fffff, 0x7f7fffff, 0x3f800000};
    const clipscope::CounterRandom random(3, clipscope::RandomDomain::none);
    for (std::uint64_t i = 0; i < 1000; ++i) words.push_back(static_cast<std::uint32_t>(random.block({i, 0, 0, 0})[0]));
    return words;
}

const ParameterCodec float32;

// Flips in float32.
BitFaults flipped(std::vector<float>& memory, const std::vector<MarkedBit>& marked, double rate) {
    return BitFaults(ParameterMemory{memory, float32, FaultKind::flip}, marked, rate);
}

}  // namespace

class TestBitFaults : public QObject {
    Q_OBJECT
private slots:
    void flips_exactly_the_bits_below_the_rate() {
        std::vector<float> memory = memory_of({0x3f800000, 0, 0x3f800000});
        const std::vector<MarkedBit> marked = {{0, 0.3}, {30, 0.1}, {63, 0.2}, {64, 0.0999}, {65, 0.5}};
        {
            const BitFaults flips = flipped(memory, marked, 0.3);
            QCOMPARE(words_of(memory), (std::vector<std::uint32_t>{0x7f800000, 0x80000000, 0x3f800001}));
            QCOMPARE(memory[0], std::numeric_limits<float>::infinity());
            QCOMPARE(flips.count(), 3);
            QCOMPARE(flips.count_changed(), 3);
            QCOMPARE(flips.words().size(), std::size_t(3));
            QCOMPARE(flips.words()[1].element, std::uint64_t(1));
            QCOMPARE(flips.words()[1].asked, 0x80000000U);
        }
        QCOMPARE(words_of(memory), (std::vector<std::uint32_t>{0x3f800000, 0, 0x3f800000}));
    }

    void rate_zero_flips_nothing() {
        std::vector<float> memory = memory_of({0, 0});
        const BitFaults flips = flipped(memory, {{0, 0.0}, {1, 0.5}}, 0);
        QCOMPARE(flips.count(), 0);
        QCOMPARE(flips.count_changed(), 0);
        QCOMPARE(words_of(memory), (std::vector<std::uint32_t>{0, 0}));
    }

    void undo_is_exact_data() {
        QTest::addColumn<double>("rate");
        for (const double rate : {0.001, 0.05, 0.3, 1.0}) QTest::addRow("rate %g", rate) << rate;
    }
    void undo_is_exact() {
        QFETCH(const double, rate);
        const std::vector<std::uint32_t> before = difficult_words();
        std::vector<float> memory = memory_of(before);
        const auto marked = clipscope::draw_marked_bits(11, 4, "features.0.weight", before.size() * 32, rate);
        for (int trial = 0; trial < 3; ++trial) {
            {
                const BitFaults flips = flipped(memory, marked, rate);
                QCOMPARE(flips.count(), std::int64_t(marked.size()));
                QCOMPARE(flips.count_changed(), flips.count());
                std::vector<std::uint32_t> expected = before;
                for (const MarkedBit& bit : marked) expected[bit.position / 32] ^= std::uint32_t(1) << (bit.position % 32);
                QCOMPARE(words_of(memory), expected);
                QVERIFY(expected != before);
            }
            QCOMPARE(words_of(memory), before);
        }
    }

    void rate_one_inverts_every_bit() {
        const std::vector<std::uint32_t> before = difficult_words();
        std::vector<float> memory = memory_of(before);
        const auto marked = clipscope::draw_marked_bits(1, 0, "w", before.size() * 32, 1);
        const BitFaults flips = flipped(memory, marked, 1);
        QCOMPARE(flips.count(), std::int64_t(before.size() * 32));
        for (std::size_t i = 0; i < before.size(); ++i) QCOMPARE(words_of(memory)[i], ~before[i]);
    }

    void count_changed_reads_the_memory() {
        std::vector<float> memory = memory_of({0, 0});
        const BitFaults flips = flipped(memory, {{3, 0.0}, {5, 0.0}, {40, 0.0}}, 0.5);
        QCOMPARE(flips.count_changed(), 3);
        memory[0] = 0;  // somebody broke the promise: two flips are gone
        QCOMPARE(flips.count(), 3);
        QCOMPARE(flips.count_changed(), 1);
    }

    void moving_hands_the_undo_over() {
        std::vector<float> memory = memory_of({0});
        std::optional<BitFaults> kept;
        {
            BitFaults flips = flipped(memory, {{3, 0.0}}, 0.5);
            kept.emplace(std::move(flips));
        }
        QCOMPARE(words_of(memory)[0], 8U);
        QCOMPARE(kept->count_changed(), 1);
        kept.reset();
        QCOMPARE(words_of(memory)[0], 0U);
    }

    void nested_flips_are_undone_in_reverse_order() {
        std::vector<float> memory = memory_of({0x7f800001});
        {
            const BitFaults outer = flipped(memory, {{3, 0.0}, {31, 0.0}}, 0.5);
            const BitFaults inner = flipped(memory, {{3, 0.0}, {4, 0.0}}, 0.5);
            QCOMPARE(words_of(memory)[0], 0xff800011U);
        }
        QCOMPARE(words_of(memory)[0], 0x7f800001U);
    }

    void a_stuck_bit_that_has_the_value_changes_nothing() {
        std::vector<float> memory = memory_of({0x0000000f, 0x3f800000});
        const std::vector<MarkedBit> marked = {{0, 0.0}, {4, 0.0}, {62, 0.0}};
        {
            const BitFaults stuck({memory, float32, FaultKind::stuck1}, marked, 0.5);
            QCOMPARE(words_of(memory), (std::vector<std::uint32_t>{0x0000001f, 0x7f800000}));
            QCOMPARE(stuck.count(), 3);
            QCOMPARE(stuck.count_effective(), 2);
            QCOMPARE(stuck.count_changed(), 2);
        }
        {
            const BitFaults stuck({memory, float32, FaultKind::stuck0}, marked, 0.5);
            QCOMPARE(words_of(memory), (std::vector<std::uint32_t>{0x0000000e, 0x3f800000}));
            QCOMPARE(stuck.count_effective(), 1);
        }
        QCOMPARE(words_of(memory), (std::vector<std::uint32_t>{0x0000000f, 0x3f800000}));
    }

    void faults_hit_the_stored_word() {
        // Two values of Q3.4: 1.5 is 00011000, -0.25 is 11111100. The sign of the first, the lowest bit of the second.
        std::vector<float> memory = {1.5F, -0.25F};
        const ParameterCodec codec(NumberFormat::parse("Q3.4"), memory, 2);
        {
            const BitFaults faults({memory, codec, FaultKind::flip}, std::vector<MarkedBit>{{7, 0.0}, {8, 0.0}}, 0.5);
            QCOMPARE(memory, (std::vector<float>{-6.5F, -0.1875F}));  // 10011000, 11111101
            QCOMPARE(faults.count_changed(), 2);
        }
        QCOMPARE(memory, (std::vector<float>{1.5F, -0.25F}));
    }

    void wrong_positions_change_nothing() {
        std::vector<float> memory = memory_of({1, 2});
        const auto flip = [&](const std::vector<MarkedBit>& marked) { flipped(memory, marked, 0.5); };
        QVERIFY_THROWS_EXCEPTION(clipscope::Error, flip({{0, 0.0}, {64, 0.0}}));
        QVERIFY_THROWS_EXCEPTION(clipscope::Error, flip({{5, 0.0}, {5, 0.0}}));
        QVERIFY_THROWS_EXCEPTION(clipscope::Error, flip({{5, 0.0}, {4, 0.0}}));
        QCOMPARE(words_of(memory), (std::vector<std::uint32_t>{1, 2}));
        flip({{0, 0.0}, {64, 0.9}});  // beyond the memory, but not faulty at this rate
    }
};

QTEST_APPLESS_MAIN(TestBitFaults)
#include "test_bit_faults.moc"
