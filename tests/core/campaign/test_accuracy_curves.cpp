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
    const Outcome clean = {.images = 10, .correct = 8, .correct_argmax = 8, .top5 = 10, .top5_argmax = 10};
    started.curves = {{.layer = "CONV-1", .path = "features.0", .bits = 320, .clean = clean},
                      {.layer = "network", .path = {}, .bits = 640, .clean = clean}};
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
        QCOMPARE(points[0].ci95_low, points[0].mean);  // without faults there is no other trial
        QCOMPARE(points[0].ci95_high, points[0].mean);
        QVERIFY(points[0].ci95_images.low < 0.6 && points[0].ci95_images.high > 0.9);  // but there are other images: 8 of 10
    }

    // Every measure has an interval within what can be, which holds its mean.
    void intervals_stay_within_what_can_be() {
        const CurvePoint point = curve_points(filled(10, NonfiniteRule::wrong).curves[0], filled(10, NonfiniteRule::wrong).info)[0];
        const auto holds = [](const Interval& interval, double mean) {
            return 0 <= interval.low && interval.low <= mean && mean <= interval.high && interval.low < interval.high && interval.high <= 1;
        };
        QVERIFY(holds({point.ci95_low, point.ci95_high}, point.mean));
        QVERIFY(holds(*point.top5_ci95, *point.top5_mean));
        QVERIFY(holds(point.sdc_ci95, point.sdc_mean));
        QVERIFY(holds(point.due_ci95, point.due_mean));
        QVERIFY(point.ci95_images.low <= point.ci95_low && point.ci95_high <= point.ci95_images.high);
    }

    // 50 trials alike at a rate at which nearly none has a fault: the few that may have one are all that is in doubt.
    void what_is_known_of_trials_without_faults_narrows_the_interval() {
        AccuracyCurves curves;
        CampaignStarted started = two_curves(10, NonfiniteRule::wrong);
        started.info.rates = {1e-9};
        apply(started, curves);
        const Outcome clean = started.curves[0].clean;
        for (int trial = 0; trial < 50; ++trial) apply(trial_of_first_curve(0, trial, 0, clean), curves);
        const CurvePoint point = curve_points(curves.curves[0], curves.info)[0];
        QCOMPARE(point.mean, 0.8);
        QVERIFY(point.ci95_low < 0.8 && point.ci95_low > 0.8 - 1e-6);
        QVERIFY(point.sdc_ci95.low == 0 && point.sdc_ci95.high > 0 && point.sdc_ci95.high < 1e-6);
    }

    void the_order_of_trials_leaves_no_trace() {
        AccuracyCurves curves = filled(10, NonfiniteRule::wrong);
        const TrialOutcome trials[] = {{4, good}, {7, bad}}, backwards[] = {{7, bad}, {4, good}};
        const CurvePoint one = curve_point(1e-5, trials, curves.curves[0].info, curves.info);
        const CurvePoint other = curve_point(1e-5, backwards, curves.curves[0].info, curves.info);
        QVERIFY(one.mean == other.mean && one.sd == other.sd && one.ci95_low == other.ci95_low && one.ci95_high == other.ci95_high);
        QVERIFY(one.ci95_images == other.ci95_images && one.sdc_ci95 == other.sdc_ci95 && one.due_ci95 == other.due_ci95);
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
        for (const Protection& protection : {Protection::none, Protection::clip_actmax, Protection::clip_tuned}) {
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
