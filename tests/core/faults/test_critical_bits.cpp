#include <QTest>
#include <cmath>
#include <set>

#include "faults/critical_bits.h"

using namespace clipscope;

namespace {

// Two parts: a weight of 70 elements and a bias of 5, and a weight of 300. Every third element is negative.
struct SmallMemory {
    std::vector<LayerInfo> parts;
    MemorySigns signs;
    std::vector<std::size_t> scope{0, 1};

    explicit SmallMemory(int word_bits = 32) {
        add("first", {{"first.weight", 70}, {"first.bias", 5}}, word_bits);
        add("second", {{"second.weight", 300}}, word_bits);
    }

    void add(const std::string& name, const std::vector<std::pair<std::string, int>>& parameters, int word_bits) {
        LayerInfo part;
        part.name = name;
        for (const auto& [path, elements] : parameters) {
            auto bits = std::make_shared<SignBits>(std::size_t(elements));
            for (int i = 0; i < elements; i += 3) bits->set_negative(std::size_t(i));
            bits->finish();
            signs[{parts.size(), part.parameters.size()}] = std::move(bits);
            part.parameters.push_back({.path = path, .shape = {elements}, .elements = elements, .word_bits = word_bits});
        }
        parts.push_back(part);
    }
};

}  // namespace

class TestCriticalBits : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void signs_are_found_by_their_place() {
        for (const int elements : {1, 63, 64, 65, 1000, 40000}) {
            SignBits signs((std::size_t(elements)));
            std::vector<std::size_t> of_sign[2];
            for (int i = 0; i < elements; ++i) {
                const bool negative = (i * 7919) % 5 < 2;
                if (negative) signs.set_negative(std::size_t(i));
                of_sign[negative].push_back(std::size_t(i));
            }
            signs.finish();
            for (const bool negative : {false, true}) {
                QCOMPARE(signs.count(negative), std::int64_t(of_sign[negative].size()));
                for (std::size_t place = 0; place < of_sign[negative].size(); ++place) {
                    QCOMPARE(signs.find(negative, std::int64_t(place)), of_sign[negative][place]);
                    QCOMPARE(signs.is_negative(of_sign[negative][place]), negative);
                }
            }
        }
    }

    void every_bit_of_the_class_is_there_once() {
        const SmallMemory memory;
        const CriticalBits critical(memory.parts, memory.scope, memory.signs, {{0, {1U << 30 | 1U << 29, 0}}, {1, {1U << 30, 1U << 31}}});
        // Positive elements: 46 and 3 of the first part, 200 of the second; 100 negative ones there.
        QCOMPARE(critical.count(), 2 * (46 + 3) + 200 + 100);
        std::set<std::pair<ParameterPlace, std::uint64_t>> seen;
        for (std::int64_t place = 0; place < critical.count(); ++place) {
            const auto bit = critical.bit(place);
            QVERIFY(seen.insert(bit).second);
            QVERIFY(critical.contains(bit.first.first, bit.first.second, bit.second));
        }
        std::int64_t contained = 0;
        for (std::size_t part = 0; part < memory.parts.size(); ++part)
            for (std::size_t i = 0; i < memory.parts[part].parameters.size(); ++i)
                for (std::uint64_t position = 0; position < 32U * std::uint64_t(memory.parts[part].parameters[i].elements); ++position)
                    contained += critical.contains(part, i, position);
        QCOMPARE(contained, critical.count());
    }

    void bits_that_cannot_be_faulty_are_none_of_the_class() {
        SmallMemory memory(8);
        memory.parts[1].parameters[0].faulty_bits = 0x0f;
        const CriticalBits critical(memory.parts, memory.scope, memory.signs, {{0, {~0U, 0}}, {1, {~0U, ~0U}}});
        QCOMPARE(critical.count(), 8 * (46 + 3) + 4 * 300);
    }

    void trials_have_the_hits_of_their_stratum_and_all_else_as_always() {
        const SmallMemory memory;
        const CriticalBits critical(memory.parts, memory.scope, memory.signs, {{0, {1U << 30, 0}}, {1, {1U << 30, 0}}});
        const double rate = 0.004;  // of 249 critical bits about 1, of 12,000 bits 48
        const std::int64_t others = 32 * 375 - critical.count();
        for (const Stratum& stratum : choose_strata(critical.count(), rate)) {
            constexpr int trials = 400;
            std::int64_t faults = 0;
            std::map<std::pair<ParameterPlace, std::uint64_t>, int> hit;
            for (std::uint64_t trial = 0; trial < trials; ++trial) {
                const TrialFaults drawn = draw_in_stratum(5, rate, stratum, trial, memory.parts, memory.scope, critical);
                const std::int64_t hits = critical.count_in(drawn, rate);
                QVERIFY(stratum.holds(hits));
                QCOMPARE(drawn.count_below(rate), drawn.count_below(1));  // no mark beyond the rate
                faults += drawn.count_below(rate) - hits;
                for (const ParameterFaults& parameter : drawn.parameters) {
                    QVERIFY(
                        std::is_sorted(parameter.bits.begin(), parameter.bits.end(),
                                       [](const MarkedBit& first, const MarkedBit& second) { return first.position < second.position; }));
                    for (const MarkedBit& bit : parameter.bits)
                        if (critical.contains(parameter.layer, parameter.parameter, bit.position))
                            ++hit[{{parameter.layer, parameter.parameter}, bit.position}];
                }
            }
            const double expected = double(others) * rate * trials;
            QVERIFY(std::abs(double(faults) - expected) < 5 * std::sqrt(expected));
            // Uniform over the class: chi-square with 248 degrees of freedom, 99.99 % below 340.
            std::int64_t all_hits = 0;
            for (const auto& [bit, count] : hit) all_hits += count;
            if (all_hits < 2 * critical.count()) continue;
            const double of_each = double(all_hits) / double(critical.count());
            double chi_square = of_each * double(critical.count() - std::int64_t(hit.size()));
            for (const auto& [bit, count] : hit) chi_square += (count - of_each) * (count - of_each) / of_each;
            QVERIFY2(chi_square < 340, qPrintable(QString::number(chi_square)));
        }
    }

    void a_trial_is_a_function_of_its_name() {
        const SmallMemory memory;
        const CriticalBits critical(memory.parts, memory.scope, memory.signs, {{0, {1U << 30, 0}}});
        const Stratum one{.low = 1, .high = 1};
        const auto positions = [&](std::uint64_t seed, double rate, const Stratum& stratum, std::uint64_t trial) {
            std::vector<std::uint64_t> all;
            for (const ParameterFaults& parameter :
                 draw_in_stratum(seed, rate, stratum, trial, memory.parts, memory.scope, critical).parameters)
                for (const MarkedBit& bit : parameter.bits) all.push_back(parameter.layer << 40 | parameter.parameter << 32 | bit.position);
            return all;
        };
        const auto known = positions(1, 0.004, one, 3);
        QVERIFY(!known.empty());
        QCOMPARE(positions(1, 0.004, one, 3), known);
        QVERIFY(positions(2, 0.004, one, 3) != known);
        QVERIFY(positions(1, 0.005, one, 3) != known);
        QVERIFY(positions(1, 0.004, one, 4) != known);
        QVERIFY(positions(1, 0.004, {.low = 1}, 3) != known);
        // Computed apart, in Python by the Philox of golden_marks.py: the same on every processor and in every version.
        QCOMPARE(draw_sample(1, 2, 0, 1000, 5), (std::vector<std::int64_t>{95, 110, 662, 775, 813}));
        QCOMPARE(trial_key(1, 1e-7, one, 3), std::uint64_t(15738479626612198580U));
        constexpr std::uint64_t critical_hit = 52 * 32 + 30;  // of first.weight
        QCOMPARE(std::count(known.begin(), known.end(), critical_hit), 1);
    }

    void samples_are_sets_of_equal_probability() {
        std::map<std::vector<std::int64_t>, int> seen;
        constexpr int draws = 20000;
        for (std::uint64_t trial = 0; trial < draws; ++trial) ++seen[draw_sample(9, trial, 0, 6, 3)];
        QCOMPARE(seen.size(), std::size_t(20));
        for (const auto& [sample, count] : seen) {
            QVERIFY(std::is_sorted(sample.begin(), sample.end()));
            QVERIFY(std::abs(count - draws / 20.0) < 5 * std::sqrt(draws / 20.0));
        }
        QCOMPARE(draw_sample(9, 1, 0, 4, 4), (std::vector<std::int64_t>{0, 1, 2, 3}));
        QVERIFY(draw_sample(9, 1, 0, 0, 0).empty());
    }
};

QTEST_GUILESS_MAIN(TestCriticalBits)
#include "test_critical_bits.moc"
