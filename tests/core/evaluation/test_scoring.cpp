#include <QTest>
#include <cmath>
#include <limits>
#include <vector>

#include "evaluation/scoring.h"

using clipscope::Outcome;
using clipscope::predicted_class;
using clipscope::score_image;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

Outcome score(const std::vector<float>& logits, int label, int clean) {
    Outcome outcome;
    score_image(logits, label, clean, outcome);
    return outcome;
}

}  // namespace

class TestScoring : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void predicts_like_argmax() {
        QCOMPARE(predicted_class(std::vector<float>{1, 3, 2}), 1);
        QCOMPARE(predicted_class(std::vector<float>{3, 1, 3}), 0);       // of equal ones the first
        QCOMPARE(predicted_class(std::vector<float>{1, not_a_number, infinity}), 1);   // NaN above every number
        QCOMPARE(predicted_class(std::vector<float>{not_a_number, not_a_number, 5}), 0);
        QCOMPARE(predicted_class(std::vector<float>{-infinity, -infinity}), 0);
    }

    void counts_right_and_wrong_answers() {
        const Outcome right = score({0, 1, 2, 3, 4, 5}, 5, 5);
        QCOMPARE(right, (Outcome{.images = 1, .correct = 1, .correct_argmax = 1, .top5 = 1, .top5_argmax = 1, .due = 0, .sdc = 0}));
        const Outcome sixth = score({0, 1, 2, 3, 4, 5}, 0, 5);
        QCOMPARE(sixth, (Outcome{.images = 1, .correct = 0, .correct_argmax = 0, .top5 = 0, .top5_argmax = 0, .due = 0, .sdc = 0}));
    }

    void a_prediction_that_differs_from_the_clean_one_is_sdc_even_where_right() {
        QCOMPARE(score({0, 9, 0, 0, 0}, 1, 3).sdc, 1);
        QCOMPARE(score({0, 9, 0, 0, 0}, 1, 3).correct, 1);
        QCOMPARE(score({0, 9, 0, 0, 0}, 0, 1).sdc, 0);
    }

    void non_finite_logits_are_due_and_wrong_but_kept_by_argmax() {
        for (float bad : {not_a_number, infinity}) {
            const Outcome outcome = score({0, bad, 2, 3, 4, 5}, 1, 1);
            QCOMPARE(outcome, (Outcome{.images = 1, .correct = 0, .correct_argmax = 1, .top5 = 0, .top5_argmax = 1, .due = 1, .sdc = 0}));
        }
        QCOMPARE(score({0, -infinity, 9}, 2, 2).due, 1);
        QCOMPARE(score({0, -infinity, 9}, 2, 2).correct_argmax, 1);
    }

    void top5_counts_greater_and_equal_with_a_lower_index() {
        const std::vector<float> equal(7, 1.0F);
        QCOMPARE(score(equal, 4, 0).top5, 1);
        QCOMPARE(score(equal, 5, 0).top5, 0);
        QCOMPARE(score({1, 2, 3, 4}, 0, 0).top5, 0);  // below 5 classes there is none
    }
};

QTEST_GUILESS_MAIN(TestScoring)
#include "test_scoring.moc"
