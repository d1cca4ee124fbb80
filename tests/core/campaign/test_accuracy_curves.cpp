// Curves filled from events and their points, against numbers worked out by hand.
#include <QTest>
#include <stdexcept>

#include "campaign/accuracy_curves.h"
#include "campaign/events.h"
#include "common/error.h"

using namespace clipscope;

namespace {

CampaignStarted two_curves(std::int64_t classes, NonfiniteRule rule) {
    CampaignStarted started;
    started.info.images = 10;
    started.info.classes = classes;
    started.info.trials = 2;
    started.info.nonfinite = rule;
    started.info.rates = {0, 1e-6, 1e-5};
    started.curves = {{.layer = "CONV-1", .path = "features.0", .bits = 320}, {.layer = "network", .path = {}, .bits = 640}};
    return started;
}

TrialFinished trial_of_first_curve(int rate_index, int trial, std::int64_t faults, const Outcome& outcome) {
    return {.curve = 0, .rate_index = rate_index, .trial = trial, .result = {faults, outcome}};
}

const Outcome good = {.images = 10, .correct = 8, .correct_argmax = 8, .top5 = 10, .top5_argmax = 10, .due = 0, .sdc = 1};
const Outcome bad = {.images = 10, .correct = 2, .correct_argmax = 3, .top5 = 4, .top5_argmax = 6, .due = 5, .sdc = 2};

AccuracyCurves filled(std::int64_t classes, NonfiniteRule rule) {
    AccuracyCurves curves;
    apply(two_curves(classes, rule), curves);
    apply(trial_of_first_curve(2, 1, 7, bad), curves);
    apply(trial_of_first_curve(2, 0, 4, good), curves);
    return curves;
}

}  // namespace

class TestAccuracyCurves : public QObject {
    Q_OBJECT

private slots:
    void points_come_only_from_finished_trials() {
        const AccuracyCurves curves = filled(10, NonfiniteRule::wrong);
        QCOMPARE(curve_points(curves.curves[1], curves.info).size(), 0u);
        const auto points = curve_points(curves.curves[0], curves.info);
        QCOMPARE(points.size(), 1u);
        const CurvePoint& point = points[0];
        QCOMPARE(point.rate, 1e-5);
        QCOMPARE(point.trials, 2);
        QCOMPARE(point.faults_mean, 5.5);
        QCOMPARE(point.mean, 0.5);
        QCOMPARE(point.sd, 0.6 / std::sqrt(2.0));
        QCOMPARE(point.min, 0.2);
        QCOMPARE(point.q1, 0.35);
        QCOMPARE(point.median, 0.5);
        QCOMPARE(point.q3, 0.65);
        QCOMPARE(point.max, 0.8);
        QCOMPARE(*point.top5_mean, 0.7);
        QCOMPARE(point.sdc_mean, 0.15);
        QCOMPARE(point.due_mean, 0.25);
    }

    void argmax_rule_counts_the_other_way() {
        const AccuracyCurves curves = filled(10, NonfiniteRule::argmax);
        const auto points = curve_points(curves.curves[0], curves.info);
        QCOMPARE(points[0].mean, 0.55);
        QCOMPARE(*points[0].top5_mean, 0.8);
    }

    void top5_is_absent_below_five_classes() {
        const AccuracyCurves four = filled(4, NonfiniteRule::wrong);
        QVERIFY(!curve_points(four.curves[0], four.info)[0].top5_mean);
        const AccuracyCurves five = filled(5, NonfiniteRule::wrong);
        QVERIFY(curve_points(five.curves[0], five.info)[0].top5_mean);
    }

    void clean_point_is_a_point_only_when_asked_for() {
        AccuracyCurves curves = filled(10, NonfiniteRule::wrong);
        apply(trial_of_first_curve(0, 0, 0, good), curves);
        const auto points = curve_points(curves.curves[0], curves.info);
        QCOMPARE(points.size(), 2u);
        QCOMPARE(points[0].rate, 0.0);
        QCOMPARE(points[0].ci95_low, points[0].mean);
    }

    void a_repeated_trial_replaces_the_first() {
        AccuracyCurves curves = filled(10, NonfiniteRule::wrong);
        apply(trial_of_first_curve(2, 1, 7, good), curves);
        QCOMPARE(curve_points(curves.curves[0], curves.info)[0].trials, 2);
        QCOMPARE(curve_points(curves.curves[0], curves.info)[0].mean, 0.8);
    }

    void a_new_campaign_begins_anew_and_news_changes_nothing() {
        AccuracyCurves curves = filled(10, NonfiniteRule::wrong);
        apply(Progress{.done = 1, .total = 2}, curves);
        apply(JobFinished{}, curves);
        QCOMPARE(curve_points(curves.curves[0], curves.info).size(), 1u);
        apply(two_curves(10, NonfiniteRule::wrong), curves);
        QCOMPARE(curves.curves.size(), 2u);
        QCOMPARE(curve_points(curves.curves[0], curves.info).size(), 0u);
    }

    void trials_of_unknown_curves_or_rates_are_refused() {
        AccuracyCurves curves = filled(10, NonfiniteRule::wrong);
        QVERIFY_EXCEPTION_THROWN(apply(TrialFinished{.curve = 2}, curves), std::out_of_range);
        QVERIFY_EXCEPTION_THROWN(apply(TrialFinished{.curve = -1}, curves), std::out_of_range);
        QVERIFY_EXCEPTION_THROWN(apply(TrialFinished{.rate_index = 3}, curves), std::out_of_range);
    }

    void spellings_go_there_and_back() {
        for (const Protection protection : {Protection::none, Protection::clip_actmax, Protection::clip_tuned}) {
            QCOMPARE(protection_from_string(to_string(protection)), protection);
        }
        QCOMPARE(to_string(Protection::clip_actmax), "clip-actmax");
        QVERIFY_EXCEPTION_THROWN(protection_from_string("Clip"), UsageError);
        QCOMPARE(nonfinite_rule_from_string("wrong"), NonfiniteRule::wrong);
        QCOMPARE(nonfinite_rule_from_string(to_string(NonfiniteRule::argmax)), NonfiniteRule::argmax);
        QVERIFY_EXCEPTION_THROWN(nonfinite_rule_from_string("nan"), UsageError);
    }

    void accuracy_of_no_images_is_zero() { QCOMPARE(accuracy(Outcome{}, NonfiniteRule::wrong), 0.0); }
};

QTEST_GUILESS_MAIN(TestAccuracyCurves)
#include "test_accuracy_curves.moc"
