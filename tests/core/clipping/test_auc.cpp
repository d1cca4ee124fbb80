// Areas of hand-made curves, worked out by hand.
#include <QTest>
#include <stdexcept>
#include <vector>

#include "clipping/auc.h"
#include "common/error.h"

using namespace clipscope;

namespace {

void compare(double actual, double expected) {
    QVERIFY2(std::abs(actual - expected) <= 1e-12, qPrintable(QString::number(actual, 'g', 17)));
}

const std::vector<double> rates = {1e-6, 1e-5, 1e-4};

}  // namespace

class TestAuc : public QObject {
    Q_OBJECT

private slots:
    void full_accuracy_everywhere_is_one() {
        compare(auc(1, rates, std::vector<double>{1, 1, 1}), 1);
        compare(auc(1, rates, std::vector<double>{1, 1, 1}, AucAxis::log10), 1);
    }

    // x = 0, 0.01, 0.1, 1: 0.01 (0.8 + 0.6)/2 + 0.09 (0.6 + 0.4)/2 + 0.9 (0.4 + 0.1)/2 = 0.007 + 0.045 + 0.225
    void linear_axis_divides_by_the_highest_rate() { compare(auc(0.8, rates, std::vector<double>{0.6, 0.4, 0.1}), 0.277); }

    // x = 0, 1/2, 1: (0.6 + 0.4)/4 + (0.4 + 0.1)/4; the clean accuracy takes no part.
    void log_axis_weighs_decades_alike() {
        compare(auc(0.8, rates, std::vector<double>{0.6, 0.4, 0.1}, AucAxis::log10), 0.375);
        compare(auc(0.1, rates, std::vector<double>{0.6, 0.4, 0.1}, AucAxis::log10), 0.375);
    }

    void one_rate_gives_a_trapezoid() { compare(auc(0.9, std::vector<double>{3e-5}, std::vector<double>{0.5}), 0.7); }

    void clean_accuracy_stands_for_rate_zero() {
        const std::vector<double> with_zero = {0, 1e-6, 1e-5, 1e-4};
        compare(auc(0.8, with_zero, std::vector<double>{0.123, 0.6, 0.4, 0.1}), 0.277);
        compare(auc(0.8, with_zero, std::vector<double>{0.123, 0.6, 0.4, 0.1}, AucAxis::log10), 0.375);
    }

    void area_is_blind_to_the_unit_of_rates() {
        const std::vector<double> accuracies = {0.7, 0.65, 0.3};
        const double area = auc(0.716, rates, accuracies);
        compare(auc(0.716, std::vector<double>{1e-4, 1e-3, 1e-2}, accuracies), area);
    }

    void trials_average_to_the_area_of_the_mean() {
        const std::vector<double> with_zero = {0, 1e-6, 1e-5};
        const std::vector<std::vector<double>> accuracies = {{}, {0.5, 0.7}, {0.1, 0.4}};
        // x = 0, 0.1, 1: trial 0: 0.1 (0.8 + 0.5)/2 + 0.9 (0.5 + 0.1)/2 = 0.335; trial 1: 0.1 (0.8 + 0.7)/2 + 0.9 (0.7 + 0.4)/2 = 0.57
        const auto areas = trial_aucs(0.8, with_zero, accuracies);
        QCOMPARE(areas.size(), 2u);
        compare(areas[0], 0.335);
        compare(areas[1], 0.57);
        compare(auc(0.8, with_zero, std::vector<double>{0, 0.6, 0.25}), (areas[0] + areas[1]) / 2);
    }

    void rates_that_span_no_axis_are_refused() {
        QVERIFY_EXCEPTION_THROWN(auc(1, {}, {}), UsageError);
        QVERIFY_EXCEPTION_THROWN(auc(1, std::vector<double>{0}, std::vector<double>{1}), UsageError);
        QVERIFY_EXCEPTION_THROWN(auc(1, std::vector<double>{0, 1e-5}, std::vector<double>{1, 1}, AucAxis::log10), UsageError);
        QVERIFY_EXCEPTION_THROWN(auc(1, std::vector<double>{1e-5, 1e-6}, std::vector<double>{1, 1}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(auc(1, rates, std::vector<double>{1}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(trial_aucs(1, rates, std::vector<std::vector<double>>{{1, 1}, {1}, {1, 1}}), std::invalid_argument);
    }

    void spellings_go_there_and_back() {
        QCOMPARE(auc_axis_from_string("log"), AucAxis::log10);
        QCOMPARE(auc_axis_from_string(to_string(AucAxis::linear)), AucAxis::linear);
        QVERIFY_EXCEPTION_THROWN(auc_axis_from_string("log10"), UsageError);
    }
};

QTEST_GUILESS_MAIN(TestAuc)
#include "test_auc.moc"
