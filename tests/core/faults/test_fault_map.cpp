#include <QTest>
#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>

#include "common/error.h"
#include "faults/fault_map.h"

using clipscope::draw_marked_bits;
using clipscope::MarkedBit;

namespace {

// Tests with a fixed seed fail always or never; below this a fit is called wrong.
constexpr double least_p_value = 1e-3;

double chi_squared_p_value(const std::vector<double>& observed, const std::vector<double>& expected) {
    double statistic = 0;
    for (std::size_t i = 0; i < observed.size(); ++i) statistic += std::pow(observed[i] - expected[i], 2) / expected[i];
    return boost::math::cdf(complement(boost::math::chi_squared(double(observed.size() - 1)), statistic));
}

// Bins counts so that at least 8 are expected in each, tails joined, and compares with Binomial(bits, rate).
double binomial_p_value(const std::vector<std::uint64_t>& counts, std::uint64_t bits, double rate) {
    const boost::math::binomial distribution(double(bits), rate);
    std::map<std::uint64_t, double> histogram;
    for (const std::uint64_t count : counts) ++histogram[count];
    const std::uint64_t last = std::max(histogram.rbegin()->first, std::uint64_t(quantile(distribution, 0.9999)));
    std::vector<double> observed = {0};
    std::vector<double> expected = {0};
    for (std::uint64_t k = 0; k <= std::min(last, bits); ++k) {
        if (expected.back() >= 8) {
            observed.push_back(0);
            expected.push_back(0);
        }
        observed.back() += histogram.contains(k) ? histogram[k] : 0;
        expected.back() += double(counts.size()) * pdf(distribution, double(k));
    }
    // The last bin takes the rest of the upper tail and joins its neighbour, so that neither is too thin.
    double total = 0;
    for (const double value : expected) total += value;
    expected[expected.size() - 2] += expected.back() + double(counts.size()) - total;
    observed[observed.size() - 2] += observed.back();
    expected.pop_back();
    observed.pop_back();
    return chi_squared_p_value(observed, expected);
}

double uniform_p_value(const std::vector<double>& observed) {
    double total = 0;
    for (const double value : observed) total += value;
    return chi_squared_p_value(observed, std::vector<double>(observed.size(), total / double(observed.size())));
}

std::vector<MarkedBit> below(const std::vector<MarkedBit>& marked, double rate) {
    std::vector<MarkedBit> kept;
    std::copy_if(marked.begin(), marked.end(), std::back_inserter(kept), [&](const MarkedBit& bit) { return bit.mark < rate; });
    return kept;
}

}  // namespace

class TestFaultMap : public QObject {
    Q_OBJECT
private slots:
    // golden_marks.py computes the expected values on its own.
    void golden_marks() {
        std::ifstream file(CLIPSCOPE_SOURCE_DIR "/tests/core/faults/golden_marks.txt");
        int cases = 0;
        for (std::string line; std::getline(file, line);) {
            std::istringstream fields(line);
            std::string kind, path, rate;
            std::uint64_t seed = 0, trial = 0, bits = 0;
            std::size_t count = 0;
            if (!(fields >> kind >> seed >> trial >> path >> bits >> rate >> count) || kind != "marks") continue;
            std::vector<MarkedBit> expected(count);
            for (MarkedBit& bit : expected) {
                std::string mark;
                file >> bit.position >> mark;
                bit.mark = std::strtod(mark.c_str(), nullptr);
            }
            QCOMPARE(draw_marked_bits(seed, trial, path == "-" ? "" : path, bits, std::strtod(rate.c_str(), nullptr)), expected);
            ++cases;
        }
        QCOMPARE(cases, 8);
    }

    void marks_do_not_depend_on_the_largest_rate() {
        const std::vector<double> rates = {1e-6, 9.9e-6, 1e-5, 1.1e-5, 3e-4, 1e-3, 0.02, 0.1, 0.100001, 0.5, 1};
        for (std::uint64_t trial = 0; trial < 5; ++trial) {
            const auto all = draw_marked_bits(9, trial, "features.3.weight", 300'000, 1);
            for (const double rate : rates) {
                const auto marked = draw_marked_bits(9, trial, "features.3.weight", 300'000, rate);
                QCOMPARE(marked, below(all, rate));
            }
        }
    }

    void faulty_sets_are_nested() {
        std::set<std::uint64_t> smaller;
        for (const double rate : {1e-7, 1e-6, 5e-6, 1e-5, 7e-5, 1e-4, 1e-3, 1e-2, 0.3, 1.0}) {
            std::set<std::uint64_t> larger;
            for (const MarkedBit& bit : draw_marked_bits(2, 1, "w", 500'000, rate)) larger.insert(bit.position);
            QVERIFY(std::includes(larger.begin(), larger.end(), smaller.begin(), smaller.end()));
            smaller = larger;
        }
        QCOMPARE(smaller.size(), std::size_t(500'000));
    }

    void positions_ascend_and_lie_in_the_parameter() {
        for (const std::uint64_t bits : {0, 1, 31, 1000}) {
            const auto marked = draw_marked_bits(1, 2, "w", bits, 1);
            QCOMPARE(marked.size(), std::size_t(bits));  // at rate 1 every bit is faulty
            for (std::size_t i = 0; i < marked.size(); ++i) {
                QCOMPARE(marked[i].position, std::uint64_t(i));
                QVERIFY(marked[i].mark >= 0 && marked[i].mark < 1);
            }
        }
    }

    void a_longer_parameter_begins_like_a_shorter_one() {
        auto longer = draw_marked_bits(1, 2, "w", 100'000, 0.01);
        std::erase_if(longer, [](const MarkedBit& bit) { return bit.position >= 40'000; });
        QCOMPARE(draw_marked_bits(1, 2, "w", 40'000, 0.01), longer);
    }

    void rate_zero_marks_nothing() { QVERIFY(draw_marked_bits(1, 2, "w", 1'000'000, 0).empty()); }

    void seeds_trials_and_paths_differ() {
        const auto marked = draw_marked_bits(1, 2, "w", 100'000, 1e-3);
        QCOMPARE(draw_marked_bits(1, 2, "w", 100'000, 1e-3), marked);
        QVERIFY(draw_marked_bits(2, 2, "w", 100'000, 1e-3) != marked);
        QVERIFY(draw_marked_bits(1, 3, "w", 100'000, 1e-3) != marked);
        QVERIFY(draw_marked_bits(1, 2, "v", 100'000, 1e-3) != marked);
    }

    void huge_parameters_neither_overflow_nor_hang() {
        const auto marked = draw_marked_bits(1, 2, "w", std::uint64_t(1) << 62, 1e-18);
        for (const MarkedBit& bit : marked) QVERIFY(bit.position < std::uint64_t(1) << 62 && bit.mark < 1e-18);
        QVERIFY(marked.size() <= 25);  // 4.6 expected
    }

    void counts_follow_the_binomial_distribution_data() {
        QTest::addColumn<quint64>("bits");
        QTest::addColumn<double>("rate");
        QTest::addRow("at a bound of strata") << quint64(100'000) << 1e-4;
        QTest::addRow("inside a stratum") << quint64(30'000) << 3e-4;
        QTest::addRow("few bits") << quint64(320) << 0.02;
        QTest::addRow("in the last stratum") << quint64(64) << 0.4;
        QTest::addRow("rare") << quint64(20'000'000) << 2e-7;
    }
    void counts_follow_the_binomial_distribution() {
        QFETCH(const quint64, bits);
        QFETCH(const double, rate);
        std::vector<std::uint64_t> counts;
        for (std::uint64_t trial = 0; trial < 20'000; ++trial) {
            counts.push_back(draw_marked_bits(4, trial, "features.0.weight", bits, rate).size());
        }
        const double p = binomial_p_value(counts, bits, rate);
        qInfo("p = %.3f", p);
        QVERIFY(p > least_p_value);
        // The test would notice a rate that is 3 % off.
        QVERIFY(binomial_p_value(counts, bits, rate * 1.03) < least_p_value);
    }

    void every_bit_position_is_hit_alike() {
        constexpr std::uint64_t elements = 512;
        std::vector<double> by_bit(32), by_element(elements), by_parity(2);
        for (std::uint64_t trial = 0; trial < 20'000; ++trial) {
            for (const MarkedBit& bit : draw_marked_bits(5, trial, "classifier.1.weight", elements * 32, 2e-3)) {
                ++by_bit[bit.position % 32];
                ++by_element[bit.position / 32];
                ++by_parity[(bit.position + trial) % 2];
            }
        }
        const double bit_p = uniform_p_value(by_bit);
        const double element_p = uniform_p_value(by_element);
        qInfo("p = %.3f over bits, %.3f over elements", bit_p, element_p);
        QVERIFY(bit_p > least_p_value);
        QVERIFY(element_p > least_p_value);
        QVERIFY(uniform_p_value(by_parity) > least_p_value);
    }

    void marks_are_uniform_below_the_rate_data() {
        QTest::addColumn<double>("rate");
        for (const double rate : {1e-3, 5e-3, 0.1, 0.7, 1.0}) QTest::addRow("rate %g", rate) << rate;
    }
    void marks_are_uniform_below_the_rate() {
        QFETCH(const double, rate);
        std::vector<double> bins(40);
        for (std::uint64_t trial = 0; trial < 100; ++trial) {
            for (const MarkedBit& bit : draw_marked_bits(6, trial, "w", std::uint64_t(2000 / rate), rate)) {
                ++bins[std::size_t(bit.mark / rate * double(bins.size()))];
            }
        }
        const double p = uniform_p_value(bins);
        qInfo("p = %.3f", p);
        QVERIFY(p > least_p_value);
    }

    // Pairs of neighbours fail together as often as independence says.
    void neighbouring_bits_are_independent() {
        std::vector<double> pairs(4);
        constexpr double rate = 0.3;
        for (std::uint64_t trial = 0; trial < 200; ++trial) {
            std::vector<int> faulty(1000);
            for (const MarkedBit& bit : draw_marked_bits(8, trial, "w", faulty.size(), rate)) faulty[bit.position] = 1;
            for (std::size_t i = 0; i + 1 < faulty.size(); i += 2) ++pairs[std::size_t(2 * faulty[i] + faulty[i + 1])];
        }
        const double n = 200 * 500;
        const double p =
            chi_squared_p_value(pairs, {n * (1 - rate) * (1 - rate), n * (1 - rate) * rate, n * rate * (1 - rate), n * rate * rate});
        QVERIFY(p > least_p_value);
    }

    void impossible_rates_are_refused() {
        for (const double rate : {-1.0, -1e-300, 1.0000001, 2.0, std::numeric_limits<double>::quiet_NaN(), HUGE_VAL}) {
            QVERIFY_THROWS_EXCEPTION(clipscope::UsageError, draw_marked_bits(1, 2, "w", 32, rate));
        }
    }
};

QTEST_APPLESS_MAIN(TestFaultMap)
#include "test_fault_map.moc"
