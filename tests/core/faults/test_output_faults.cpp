// Transient faults in outputs: which bits of which images they hit (faults/trial_faults.h).
#include <QTest>
#include <cmath>
#include <map>
#include <set>

#include "common/error.h"
#include "faults/trial_faults.h"

using namespace clipscope;

namespace {

OutputMemory output(const char* name, std::int64_t elements) {
    return {0, {.path = name, .shape = {elements}, .elements = elements}};
}

std::vector<std::int64_t> numbers(std::int64_t count) {
    std::vector<std::int64_t> all;
    for (std::int64_t i = 0; i < count; ++i) all.push_back(i);
    return all;
}

}  // namespace

class TestOutputFaults : public QObject {
    Q_OBJECT

private slots:
    // What an outside program needs to repeat them.
    void marks_are_those_of_the_output_and_the_image() {
        const std::vector<OutputMemory> outputs{output("ACT-1.out", 50)};
        const std::vector<std::int64_t> images{3, 17};
        const auto faults = draw_output_faults(5, 2, outputs, images, 0.01);
        QCOMPARE(faults.size(), std::size_t(2));
        QVERIFY(faults[0].bits == draw_marked_bits(5, 2, "ACT-1.out@3", 50 * 32, 0.01));
        QVERIFY(faults[1].bits == draw_marked_bits(5, 2, "ACT-1.out@17", 50 * 32, 0.01));
        QCOMPARE(faults[1].image, std::int64_t(1));  // its place, not its number
    }

    void an_images_faults_do_not_depend_on_the_others() {
        const std::vector<OutputMemory> outputs{output("ACT-1.out", 50), output("ACT-2.out", 30)};
        const auto among_all = draw_output_faults(1, 0, outputs, numbers(40), 0.01);
        const auto alone = draw_output_faults(1, 0, outputs, std::vector<std::int64_t>{33}, 0.01);
        std::vector<std::vector<MarkedBit>> expected, found;
        for (const OutputFaults& one : among_all)
            if (one.image == 33) expected.push_back(one.bits);
        for (const OutputFaults& one : alone) found.push_back(one.bits);
        QVERIFY(!found.empty());
        QVERIFY(found == expected);
    }

    void faults_at_rising_rates_are_nested() {
        const std::vector<OutputMemory> outputs{output("ACT-1.out", 1000)};
        const auto many = draw_output_faults(1, 0, outputs, numbers(20), 1e-2);
        TrialFaults faults;
        faults.outputs = many;
        std::int64_t below = 0;
        for (const OutputFaults& one : draw_output_faults(1, 0, outputs, numbers(20), 1e-3)) below += std::int64_t(one.bits.size());
        QCOMPARE(faults.count_below(1e-3), below);
        QVERIFY(below > 0 && faults.count_below(1e-2) > below);
    }

    // Chi-square over images and over bit positions: 99.9 % quantiles for 39 and 31 degrees of freedom.
    void every_image_and_bit_is_hit_as_often() {
        const std::vector<OutputMemory> outputs{output("CONV-1.out", 500)};
        std::map<std::int64_t, double> of_image, of_bit;
        constexpr double rate = 2e-3;
        constexpr int trials = 200;
        for (int trial = 0; trial < trials; ++trial)
            for (const OutputFaults& one : draw_output_faults(9, std::uint64_t(trial), outputs, numbers(40), rate))
                for (const MarkedBit& bit : one.bits) {
                    ++of_image[one.image];
                    ++of_bit[std::int64_t(bit.position % 32)];
                }
        const auto chi_square = [](const std::map<std::int64_t, double>& counts, double expected, std::size_t cells) {
            double sum = double(cells - counts.size()) * expected;
            for (const auto& [cell, count] : counts) sum += (count - expected) * (count - expected) / expected;
            return sum;
        };
        const double all = rate * trials * 40 * 500 * 32;
        QVERIFY(chi_square(of_image, all / 40, 40) < 73);
        QVERIFY(chi_square(of_bit, all / 32, 32) < 61.1);
    }

    void a_number_of_faults_holds_for_each_image_and_is_nested() {
        const std::vector<OutputMemory> outputs{output("ACT-1.out", 8), output("ACT-2.out", 2)};
        const auto faults = draw_counted_output_faults(1, 4, outputs, numbers(30), 5);
        std::map<std::int64_t, std::set<double>> marks;
        for (const OutputFaults& one : faults)
            for (const MarkedBit& bit : one.bits) marks[one.image].insert(bit.mark);
        QCOMPARE(marks.size(), std::size_t(30));
        for (const auto& [image, of_image] : marks) QVERIFY((of_image == std::set<double>{0, 1, 2, 3, 4}));
        QVERIFY_EXCEPTION_THROWN(draw_counted_output_faults(1, 4, outputs, numbers(1), 10 * 32 + 1), UsageError);
    }

    void only_chosen_bits_are_hit_and_patterns_stay_within_an_image() {
        OutputMemory memory = output("ACT-1.out", 20);
        memory.info.faulty_bits = 0x7f800000;
        for (const OutputFaults& one : draw_output_faults(1, 0, std::vector{memory}, numbers(30), 0.05))
            for (const MarkedBit& bit : one.bits) QVERIFY(bit.position % 32 >= 23 && bit.position % 32 <= 30);
        OutputMemory bursts = output("ACT-1.out", 20);
        bursts.info.pattern = FaultPattern::parse("column-8");
        std::size_t hit = 0;
        for (const OutputFaults& one : draw_output_faults(1, 0, std::vector{bursts}, numbers(30), 1e-3)) {
            QVERIFY(one.bits.size() >= 8);
            for (const MarkedBit& bit : one.bits) QVERIFY(bit.position < 20 * 32);
            ++hit;
        }
        QVERIFY(hit > 0);
    }
};

QTEST_APPLESS_MAIN(TestOutputFaults)
#include "test_output_faults.moc"
