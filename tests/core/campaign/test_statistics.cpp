// Expected numbers come from numpy 1.24 (mean, std(ddof=1), quantile) and from Student's density integrated by Simpson's rule in Python.
#include <QTest>
#include <stdexcept>
#include <vector>

#include "campaign/statistics.h"

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
        COMPARE_NEAR(summary.ci95_low, 0.26859802940251254, 1e-9);
        COMPARE_NEAR(summary.ci95_high, 0.7545448277403448, 1e-9);
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

    void one_value_is_its_own_interval() {
        const Summary summary = summarize(std::vector<double>{0.7});
        QCOMPARE(summary.count, 1);
        QCOMPARE(summary.mean, 0.7);
        QCOMPARE(summary.sd, 0.0);
        QCOMPARE(summary.ci95_low, 0.7);
        QCOMPARE(summary.ci95_high, 0.7);
        QCOMPARE(summary.q1, 0.7);
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
        QCOMPARE(summary.ci95_high, 0.1);
    }

    void paired_difference_equals_numpy() {
        const PairedDifference difference = paired_difference(unprotected, clipped);
        QCOMPARE(difference.pairs, 7);
        COMPARE_NEAR(difference.mean, 0.19699999999999998, 1e-15);
        COMPARE_NEAR(difference.sd, 0.2586761166658672, 1e-15);
        COMPARE_NEAR(difference.standard_error, 0.09777038211568788, 1e-15);
        COMPARE_NEAR(difference.ci95_low, -0.04223550668984871, 1e-9);
        COMPARE_NEAR(difference.ci95_high, 0.4362355066898487, 1e-9);
    }

    void unpaired_trials_are_refused() {
        QVERIFY_EXCEPTION_THROWN(paired_difference(unprotected, std::vector<double>{0.5}), std::invalid_argument);
    }
};

QTEST_GUILESS_MAIN(TestStatistics)
#include "test_statistics.moc"
