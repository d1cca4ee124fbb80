// Curves that are kept up to date trial by trial against the same worked out from all trials at once.
#include <QTest>
#include <algorithm>
#include <map>
#include <stdexcept>
#include <tuple>

#include "../statistics/trial_populations.h"
#include "campaign/live_curves.h"

using namespace clipscope;

namespace {

constexpr std::int32_t images = 1000;

Outcome outcome_of(double fraction, int due) {
    const auto right = std::int32_t(fraction * images);
    return {.images = images,
            .correct = right,
            .correct_argmax = right + due / 2,
            .top5 = right + (images - right) / 3,
            .top5_argmax = right + (images - right) / 2,
            .due = due,
            .sdc = (images - right) / 2};
}

// Two layers, unprotected and clipped.
CampaignStarted comparison() {
    CampaignStarted started;
    started.info.images = images;
    started.info.classes = 10;
    started.info.rates = {0, 1e-7, 1e-6, 1e-5};
    for (const char* layer : {"CONV-1", "network"})
        for (const Protection& protection : {Protection::none, Protection::clip_actmax, Protection::clip_tuned})
            started.curves.push_back({.layer = layer, .path = {}, .bits = 1000000, .protection = protection, .clean = outcome_of(0.7, 0)});
    return started;
}

TrialFinished random_trial(const CampaignStarted& started, int trials, TestRandom& random) {
    TrialFinished finished;
    finished.curve = int(random.uniform() * double(started.curves.size()));
    finished.rate_index = int(random.uniform() * double(started.info.rates.size()));
    finished.trial = int(random.uniform() * trials);
    const int faults = random.binomial(1e6, started.info.rates[std::size_t(finished.rate_index)]);
    finished.result = {faults, faults == 0 ? outcome_of(0.7, 0) : outcome_of(0.1 + 0.6 * random.uniform(), int(random.uniform() * 20))};
    return finished;
}

bool same(const Interval& a, const Interval& b) {
    return a == b;
}

bool same(const CurvePoint& a, const CurvePoint& b) {
    return a.rate == b.rate && a.trials == b.trials && a.faults_mean == b.faults_mean && a.mean == b.mean && a.sd == b.sd &&
           a.min == b.min && a.q1 == b.q1 && a.median == b.median && a.q3 == b.q3 && a.max == b.max && a.ci95_low == b.ci95_low &&
           a.ci95_high == b.ci95_high && a.top5_mean == b.top5_mean && a.top5_ci95 == b.top5_ci95 && a.sdc_mean == b.sdc_mean &&
           same(a.sdc_ci95, b.sdc_ci95) && a.due_mean == b.due_mean && same(a.due_ci95, b.due_ci95) && same(a.ci95_images, b.ci95_images);
}

SampledTrialFinished random_sample(const CampaignStarted& started, TestRandom& random) {
    constexpr std::int32_t few = 8;
    SampledTrialFinished finished;
    finished.curve = int(random.uniform() * double(started.curves.size()));
    finished.rate_index = int(random.uniform() * double(started.info.rates.size()));
    finished.stratum = int(random.uniform() * 2);
    finished.trial = int(random.uniform() * 200) - 20;
    finished.result.faults = std::int64_t(random.uniform() * 5);
    const auto counts = [](std::int32_t right) {
        Outcome outcome;
        outcome.images = few;
        outcome.correct = outcome.correct_argmax = right;
        outcome.top5 = outcome.top5_argmax = few;
        outcome.sdc = few - right;
        return outcome;
    };
    const bool is_faulty = finished.result.faults > 0;
    finished.result.outcome = {counts(is_faulty ? std::int32_t(random.uniform() * 9) : few),
                               counts(is_faulty ? std::int32_t(random.uniform() * 2) : 0), counts(few), counts(0)};
    finished.result.outcome.clean_right.sdc = finished.result.outcome.clean_others.sdc = 0;
    return finished;
}

bool same(const PairedDifference& a, const PairedDifference& b) {
    return a.pairs == b.pairs && a.mean == b.mean && a.sd == b.sd && a.standard_error == b.standard_error && a.ci95_low == b.ci95_low &&
           a.ci95_high == b.ci95_high;
}

bool same(const CampaignSummary& a, const CampaignSummary& b) {
    return std::ranges::equal(a.curves, b.curves, [](const CurveSummary& one, const CurveSummary& other) {
        return one.info.layer == other.info.layer &&
               std::ranges::equal(one.points, other.points, [](const CurvePoint& p, const CurvePoint& q) { return same(p, q); });
    });
}

bool same(const ProtectionComparison& a, const ProtectionComparison& b) {
    const bool is_alike = a.layer == b.layer && a.first == b.first && a.second == b.second && a.first_auc == b.first_auc &&
                          a.second_auc == b.second_auc && a.improvement == b.improvement && a.clean_cost == b.clean_cost &&
                          a.difference.has_value() == b.difference.has_value();
    if (!is_alike || (a.difference && !same(*a.difference, *b.difference))) return false;
    return std::ranges::equal(a.rates, b.rates, [](const RateComparison& p, const RateComparison& q) {
        return p.rate == q.rate && p.first_mean == q.first_mean && p.second_mean == q.second_mean && p.first_worst == q.first_worst &&
               p.second_worst == q.second_worst && same(p.difference, q.difference);
    });
}

bool same(const std::vector<ProtectionComparison>& a, const std::vector<ProtectionComparison>& b) {
    return std::ranges::equal(a, b, [](const ProtectionComparison& one, const ProtectionComparison& other) { return same(one, other); });
}

}  // namespace

class TestLiveCurves : public QObject {
    Q_OBJECT

private slots:
    // Trials of strata in any order, some twice.
    void sampled_points_are_those_of_all_trials_at_once() {
        CampaignStarted started = comparison();
        started.info.precision = 0.01;
        LiveCurves live;
        live.take(started);
        for (int curve = 0; curve < int(started.curves.size()); ++curve)
            for (int rate = 0; rate < int(started.info.rates.size()); ++rate)
                live.take(PointDesigned{curve, rate, {{{0, 0, 0.8}, {1, std::nullopt, 0.2}}, 500, 0.1, 700}});
        TestRandom random(11);
        std::map<std::tuple<int, int, int, int>, SampledTrialFinished> known;
        for (int i = 0; i < 6000; ++i) {
            SampledTrialFinished finished = random_sample(started, random);
            finished = known.try_emplace({finished.curve, finished.rate_index, finished.stratum, finished.trial}, finished).first->second;
            live.take(finished);
            if (i % 500 != 0) continue;
            const CampaignSummary now = live.summary();
            const CampaignSummary expected = summary_of(live.curves());
            QCOMPARE(now.curves.size(), expected.curves.size());
            for (std::size_t curve = 0; curve < now.curves.size(); ++curve) {
                QCOMPARE(now.curves[curve].points.size(), expected.curves[curve].points.size());
                for (std::size_t point = 0; point < now.curves[curve].points.size(); ++point) {
                    QVERIFY(same(now.curves[curve].points[point], expected.curves[curve].points[point]));
                    QVERIFY(now.curves[curve].points[point].sampled == expected.curves[curve].points[point].sampled);
                }
            }
        }
    }

    // Trials in any order, some of them twice.
    void live_points_are_those_of_all_trials() {
        const CampaignStarted started = comparison();
        LiveCurves live;
        AccuracyCurves curves;
        QVERIFY(live.summary().curves.empty());
        QVERIFY(live.comparisons(AucAxis::linear).empty());
        live.take(started);
        apply(started, curves);
        TestRandom random(11);
        for (int i = 0; i < 2000; ++i) {
            const TrialFinished finished = random_trial(started, 40, random);
            live.take(finished);
            apply(finished, curves);
            if (i % 37 != 0) continue;
            QVERIFY(same(live.summary(), summary_of(curves)));
            const AucAxis axis = i < 1000 ? AucAxis::linear : AucAxis::log10;
            QVERIFY(same(live.comparisons(axis), compare_protections(curves, NonfiniteRule::wrong, axis)));
        }
        QVERIFY(live.comparisons(AucAxis::linear).front().difference->pairs > 5);
    }

    void a_new_campaign_begins_anew() {
        LiveCurves live;
        const CampaignStarted started = comparison();
        live.take(started);
        TestRandom random(2);
        live.take(random_trial(started, 5, random));
        QVERIFY(std::ranges::any_of(live.summary().curves, [](const CurveSummary& curve) { return !curve.points.empty(); }));
        live.take(Progress{.done = 1, .total = 2});
        live.take(started);
        QVERIFY(std::ranges::all_of(live.summary().curves, [](const CurveSummary& curve) { return curve.points.empty(); }));
        QVERIFY_EXCEPTION_THROWN(live.take(TrialFinished{.curve = 6}), std::out_of_range);
        QVERIFY_EXCEPTION_THROWN(live.take(TrialFinished{.rate_index = -1}), std::out_of_range);
    }

    // What a point is worked out from is as much with 100,000 trials as with 1,000.
    void a_point_costs_the_same_however_many_trials_there_are() {
        TestRandom random(1);
        BoundedSample few(0, images, images), many(0, images, images);
        for (int i = 0; i < 100000; ++i) {
            const auto value = std::int64_t(random.uniform() * images);
            if (i < 1000) few.add(value);
            many.add(value);
        }
        QCOMPARE(many.count(), 100000);
        QCOMPARE(many.points().size(), few.points().size());
        QVERIFY(many.points().size() <= 64);
    }

    void summaries_side_by_side_are_those_of_the_curves() {
        std::vector<AccuracyCurves> curves(2);
        TestRandom random(9);
        for (std::size_t i = 0; i < 2; ++i) {
            CampaignStarted started = comparison();
            started.info.memory.format = NumberFormat::parse(i == 0 ? "float32" : "int8");
            if (i == 1) started.info.rates = {1e-7, 1e-3};
            apply(started, curves[i]);
            for (int k = 0; k < 100; ++k) apply(random_trial(started, 10, random), curves[i]);
        }
        const std::vector<CampaignSummary> summaries = {summary_of(curves[0]), summary_of(curves[1])};
        const CampaignSummary joint = side_by_side(std::span<const CampaignSummary>(summaries));
        const CampaignSummary expected = summary_of(side_by_side(std::span<const AccuracyCurves>(curves)));
        QVERIFY(same(joint, expected));
        QCOMPARE(joint.info.rates, expected.info.rates);
        QVERIFY(joint.curves.back().info.format == expected.curves.back().info.format);
    }
};

QTEST_GUILESS_MAIN(TestLiveCurves)
#include "test_live_curves.moc"
