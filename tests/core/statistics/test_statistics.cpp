// Expected numbers come from numpy 1.24 (mean, std(ddof=1), quantile), from Student's density integrated by Simpson's rule in Python, and,
// for intervals, from draws of their random weights.
#include <QTest>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "statistics/summary.h"
#include "statistics/confidence.h"
#include "trial_populations.h"

using namespace clipscope;

namespace {

const std::vector<double> unprotected = {0.712, 0.304, 0.716, 0.051, 0.688, 0.7, 0.41};
const std::vector<double> clipped = {0.715, 0.71, 0.716, 0.698, 0.70, 0.712, 0.709};

#define COMPARE_NEAR(actual, expected, tolerance) \
    QVERIFY2(std::abs((actual) - (expected)) <= (tolerance), qPrintable(QString::number(actual, 'g', 17)))

}  // namespace

class TestStatistics : public QObject {
    Q_OBJECT

private slots:
    void summary_equals_numpy() {
        const Summary summary = summarize(unprotected);
        QCOMPARE(summary.count, 7);
        COMPARE_NEAR(summary.mean, 0.5115714285714287, 1e-15);
        COMPARE_NEAR(summary.sd, 0.262717755486033, 1e-15);
        QCOMPARE(summary.min, 0.051);
        COMPARE_NEAR(summary.q1, 0.357, 1e-15);
        QCOMPARE(summary.median, 0.688);
        COMPARE_NEAR(summary.q3, 0.706, 1e-15);
        QCOMPARE(summary.max, 0.716);
        QVERIFY(summary.ci95.low > 0 && summary.ci95.low < summary.mean && summary.mean < summary.ci95.high && summary.ci95.high < 1);
    }

    void quantiles_are_type_7() {
        const std::vector<double> values = {1, 2, 4, 8};
        COMPARE_NEAR(quantile(values, 0.1), 1.3, 1e-15);
        COMPARE_NEAR(quantile(values, 0.25), 1.75, 1e-15);
        COMPARE_NEAR(quantile(values, 0.9), 6.8, 1e-14);
        QCOMPARE(quantile(values, 0), 1.0);
        QCOMPARE(quantile(values, 1), 8.0);
        QCOMPARE(quantile(std::vector<double>{5}, 0.75), 5.0);
    }

    void student_t_equals_integrated_density() {
        COMPARE_NEAR(student_t95(2), 12.70620473617464, 1e-8);
        COMPARE_NEAR(student_t95(5), 2.7764451051977868, 1e-9);
        COMPARE_NEAR(student_t95(50), 2.009575237129242, 1e-9);
    }

    void one_value_has_no_deviation() {
        const Summary summary = summarize(std::vector<double>{0.7});
        QCOMPARE(summary.count, 1);
        QCOMPARE(summary.mean, 0.7);
        QCOMPARE(summary.sd, 0.0);
        QCOMPARE(summary.q1, 0.7);
    }

    // A single trial that is known to have lost nothing leaves 95 % of the others unseen.
    void one_value_says_next_to_nothing() {
        const Summary summary = summarize(std::vector<double>{0.7});
        COMPARE_NEAR(summary.ci95.low, 0.7 * 0.05, 1e-9);
        COMPARE_NEAR(summary.ci95.high, 0.7 + 0.3 * 0.95, 1e-9);
    }

    void no_value_gives_zeros() {
        const Summary summary = summarize({});
        QCOMPARE(summary.count, 0);
        QCOMPARE(summary.mean, 0.0);
    }

    // 0.1 summed ten times is not 1.0 in binary; a flat curve must still have no deviation.
    void identical_values_have_no_deviation() {
        const Summary summary = summarize(std::vector<double>(50, 0.1));
        QCOMPARE(summary.mean, 0.1);
        QCOMPARE(summary.sd, 0.0);
    }

    // "93.00 ... 93.00" was printed for 50 trials alike: an unseen share of 1 - 0.05^(1/50) may lose everything, or have nothing to lose.
    void trials_alike_are_no_certainty() {
        const double unseen = 1 - std::pow(0.05, 1.0 / 50);
        const Summary summary = summarize(std::vector<double>(50, 0.93));
        COMPARE_NEAR(summary.ci95.low, 0.93 * (1 - unseen), 1e-9);
        COMPARE_NEAR(summary.ci95.high, 0.93 + 0.07 * unseen, 1e-9);
        COMPARE_NEAR(unseen_share95(50), unseen, 1e-15);
        QCOMPARE(unseen_share95(0), 1.0);
        const Summary none = summarize(std::vector<double>(50, 0.0));
        QCOMPARE(none.ci95.low, 0.0);
        COMPARE_NEAR(none.ci95.high, unseen, 1e-9);
    }

    // Two places: Clopper and Pearson's interval of the share at one of them.
    void two_places_give_the_binomial_interval() {
        BoundedSample sample(0, 10, 10);
        for (int i = 0; i < 200; ++i) sample.add(i < 7 ? 10 : 0);
        const double side = 0.025 * (1 + std::sqrt(10.0 / 200));
        const Interval interval = mean_interval(sample);
        const auto share_at_least = [](double p, int count) {  // of Binomial(200, p)
            double probability = std::pow(1 - p, 200), below = 0;
            for (int k = 0; k < count; ++k) {
                below += probability;
                probability *= double(200 - k) / (k + 1) * p / (1 - p);
            }
            return 1 - below;
        };
        COMPARE_NEAR(share_at_least(interval.low, 7), side, 1e-9);
        COMPARE_NEAR(1 - share_at_least(interval.high, 8), side, 1e-9);
    }

    // What the saddlepoint approximates: the quantile of the randomly weighted mean, here drawn 200,000 times.
    void ends_are_quantiles_of_the_weighted_mean() {
        constexpr int draws = 200000;
        for (const int n : {10, 40}) {
            TestRandom random(7);
            BoundedSample sample(0, 1000, 1000);
            std::vector<double> values;
            for (int i = 0; i < n; ++i) values.push_back(i % 5 == 0 ? 0.05 + 0.001 * i : 0.7 + 0.005 * (i % 7));
            for (const double value : values) sample.add(std::llround(value * 1000));
            const Interval interval = mean_interval(sample);
            int below_low = 0, above_high = 0;
            for (int draw = 0; draw < draws; ++draw) {
                double weights = -std::log(1 - random.uniform());  // of the one that nobody has seen
                double sum = 0;
                const double unseen = weights;
                for (const double value : values) {
                    const double weight = -std::log(1 - random.uniform());
                    weights += weight;
                    sum += weight * value;
                }
                below_low += sum / weights < interval.low;
                above_high += (sum + unseen) / weights > interval.high;
            }
            const double side = 0.025 * (1 + std::sqrt(10.0 / n));
            COMPARE_NEAR(double(below_low) / draws, side, 0.0025);
            COMPARE_NEAR(double(above_high) / draws, side, 0.0025);
        }
    }

    // Of many well-spread values there is nothing to doubt in Student's.
    void many_values_give_students_interval() {
        TestRandom random(3);
        BoundedSample sample(0, 1000, 1000);
        for (int i = 0; i < 20000; ++i) sample.add(std::int64_t(1000 * random.uniform()));
        const double half = 1.96 * sample.sd() / std::sqrt(20000.0);
        const Interval interval = mean_interval(sample);
        COMPARE_NEAR(interval.low, sample.mean() - half, 0.02 * half);
        COMPARE_NEAR(interval.high, sample.mean() + half, 0.02 * half);
    }

    // (1 - r)^bits of the trials are exactly the clean network; the others alone are estimated.
    void the_share_of_trials_without_faults_is_exact() {
        COMPARE_NEAR(fault_free_probability(1e-6, 1000000), 0.36787925, 1e-8);
        QCOMPARE(fault_free_probability(0, 1000), 1.0);
        QCOMPARE(fault_free_probability(1, 1000), 0.0);
        QCOMPARE(fault_free_probability(0.5, 0), 1.0);
        TrialSample sample(0, 1000, 1000, 930);
        for (int i = 0; i < 48; ++i) sample.add(930, true);
        COMPARE_NEAR(sample.interval(0.99).low, 0.99 * 0.93, 1e-12);
        COMPARE_NEAR(sample.interval(0.99).high, 0.99 * 0.93 + 0.01, 1e-12);
        for (int i = 0; i < 2; ++i) sample.add(930, false);
        const double unseen = 1 - std::sqrt(0.05);
        COMPARE_NEAR(sample.interval(0.99).low, 0.93 - 0.01 * 0.93 * unseen, 1e-9);
        QCOMPARE(TrialSample(sample).interval(1.0).low, sample.interval(std::nullopt).low);  // two had faults: it is not so
        TrialSample faulty(0, 1000, 1000, 930);
        for (int i = 0; i < 200; ++i) faulty.add(500 + i, false);
        QCOMPARE(faulty.interval(0.9).high, faulty.interval(std::nullopt).high);  // one in ten should have had faults: it is not so
        sample.add(900, true);  // a trial without faults that is not the clean network: not believed either
        QCOMPARE(sample.interval(0.99).low, sample.interval(std::nullopt).low);
    }

    void an_interval_holds_the_mean_of_its_trials() {
        TrialSample sample(0, 1000, 1000, 900);
        for (int i = 0; i < 10; ++i) sample.add(100, false);
        QVERIFY(sample.interval(0.9).low <= 0.1);
    }

    void order_and_removal_leave_no_trace() {
        TestRandom random(5);
        std::vector<std::int64_t> values;
        for (int i = 0; i < 500; ++i) values.push_back(std::int64_t(random.uniform() * random.uniform() * 1e9));
        const auto unit = std::int64_t(1000000000);
        RankedSample forwards(0, unit, unit), backwards(0, unit, unit);
        for (const std::int64_t value : values) forwards.add(value);
        for (int i = 0; i < 77; ++i) backwards.add(i * 1000003);
        for (auto value = values.rbegin(); value != values.rend(); ++value) backwards.add(*value);
        for (int i = 0; i < 77; ++i) backwards.remove(i * 1000003);
        QCOMPARE(backwards.mean(), forwards.mean());
        QCOMPARE(backwards.sd(), forwards.sd());
        QCOMPARE(backwards.quantile(0.25), forwards.quantile(0.25));
        QVERIFY(mean_interval(backwards) == mean_interval(forwards));
        std::vector<double> sorted;
        for (const std::int64_t value : values) sorted.push_back(double(value) / 1e9);
        std::sort(sorted.begin(), sorted.end());
        for (const double p : {0.0, 0.1, 0.25, 0.5, 0.9, 1.0}) COMPARE_NEAR(forwards.quantile(p), quantile(sorted, p), 1e-15);
        QCOMPARE(forwards.min(), sorted.front());
        QCOMPARE(forwards.max(), sorted.back());
    }

    void paired_difference_equals_numpy() {
        const PairedDifference difference = paired_difference(unprotected, clipped);
        QCOMPARE(difference.pairs, 7);
        COMPARE_NEAR(difference.mean, 0.19699999999999998, 1e-10);
        COMPARE_NEAR(difference.sd, 0.2586761166658672, 1e-10);
        COMPARE_NEAR(difference.standard_error, 0.09777038211568788, 1e-10);
        QVERIFY(difference.ci95_low > -1 && difference.ci95_low < difference.mean && difference.mean < difference.ci95_high);
    }

    void differences_alike_are_no_certainty() {
        const PairedDifference difference = paired_difference(std::vector<double>(50, 0.5), std::vector<double>(50, 0.5));
        QCOMPARE(difference.mean, 0.0);
        COMPARE_NEAR(difference.ci95_low, -(1 - std::pow(0.05, 1.0 / 50)), 1e-9);
        COMPARE_NEAR(difference.ci95_high, 1 - std::pow(0.05, 1.0 / 50), 1e-9);
    }

    void unpaired_trials_are_refused() {
        QVERIFY_EXCEPTION_THROWN(paired_difference(unprotected, std::vector<double>{0.5}), std::invalid_argument);
    }
};

QTEST_GUILESS_MAIN(TestStatistics)
#include "test_statistics.moc"
