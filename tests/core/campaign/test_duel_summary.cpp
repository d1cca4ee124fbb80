#include <QTest>
#include <algorithm>
#include <cmath>

#include "campaign/curve_auc.h"
#include "campaign/duel_summary.h"
#include "campaign/sampled_point.h"

using namespace clipscope;

namespace {

CurvePoint point(double rate, double mean) {
    CurvePoint point;
    point.rate = rate;
    point.trials = 10;
    point.mean = mean;
    point.ci95_low = mean - 0.02;
    point.ci95_high = mean + 0.02;
    return point;
}

CurveSummary curve(const char* protection, const std::vector<double>& means, int correct = 900) {
    CurveSummary curve{
        {.layer = "network", .path = "", .bits = 1000, .protection = {protection}, .clean = {.images = 1000, .correct = correct}}, {}};
    const double rates[] = {1e-6, 1e-5, 1e-4};
    for (std::size_t i = 0; i < means.size(); ++i) curve.points.push_back(point(rates[i], means[i]));
    return curve;
}

CampaignSummary duel() {
    CampaignSummary duel;
    duel.info.rates = {1e-6, 1e-5, 1e-4};
    duel.info.prices = {{{"none"}, {0, 0}}, {{"guard"}, {0, 30}}, {{"parity"}, {3.125, 44}}, {{"sec-ded-39-32"}, {21.875, 350}}};
    duel.curves = {curve("none", {0.85, 0.4, 0.1}), curve("guard", {0.9, 0.89, 0.7}), curve("parity", {0.9, 0.88, 0.65}, 890),
                   curve("sec-ded-39-32", {0.9, 0.9, 0.88})};
    return duel;
}

}  // namespace

class TestDuelSummary : public QObject {
    Q_OBJECT
private slots:
    void the_rate_of_a_loss_lies_between_points() {
        const CurveSummary one = curve("none", {0.9, 0.8, 0.4});
        // From 0.8 at 1e-5 to 0.4 at 1e-4: 0.6 is half way of the logarithm.
        const LossRate loss = rate_of_loss(one.points, 0.9, 0.3);
        QVERIFY(std::abs(std::log10(*loss.rate) + 4.5) < 1e-9);
        // The lower end of the interval falls to it earlier, the upper later: 0.78 -> 0.38 and 0.82 -> 0.42.
        QVERIFY(std::abs(std::log10(*loss.low) - (-5 + 0.18 / 0.4)) < 1e-9);
        QVERIFY(std::abs(std::log10(*loss.high) - (-5 + 0.22 / 0.4)) < 1e-9);
        QVERIFY(!rate_of_loss(one.points, 0.9, 0.6).rate);
        // At the first rate already: nobody knows where.
        QVERIFY(!rate_of_loss(one.points, 0.95, 0.04).rate && rate_of_loss(one.points, 0.95, 0.04).is_before);
        QVERIFY(!rate_of_loss(one.points, 0.9, 0.6).is_before);
        QVERIFY(!rate_of_loss({}, 0.9, 0.1).rate);
    }

    void rows_say_what_it_costs_and_buys() {
        const std::vector<DuelRow> rows = duel_rows(duel(), AucAxis::linear);
        QCOMPARE(rows.size(), std::size_t(4));
        QCOMPARE(rows[2].price.storage_percent, 3.125);
        QVERIFY(std::abs(rows[2].clean_loss - 0.01) < 1e-12);
        QVERIFY(!rows[3].lost_10_points.rate);
        QVERIFY(*rows[0].auc < *rows[1].auc);
        CampaignSummary without = duel();
        without.info.prices.clear();
        QVERIFY(duel_rows(without, AucAxis::linear).empty());
        CampaignSummary stopped = duel();
        stopped.curves[1].points.pop_back();
        QVERIFY(!duel_rows(stopped, AucAxis::linear)[1].auc);
    }

    void contestants_have_all_their_numbers_at_a_rate() {
        std::vector<std::optional<Interval>> areas(4);
        areas[3] = Interval{0.8, 0.95};
        const std::vector<ContestantRow> rows = contestant_rows(duel(), "network", 2, AucAxis::linear, areas);
        QCOMPARE(rows.size(), std::size_t(4));
        QCOMPARE(rows[1].accuracy, 0.7);
        QCOMPARE(rows[1].ci95.low, 0.7 - 0.02);
        QVERIFY(rows[1].is_efficient_by_storage && rows[1].is_efficient_by_operations && !rows[0].is_efficient_by_storage);
        QVERIFY(rows[0].is_efficient_by_operations);  // nothing costs as little
        QVERIFY(!rows[0].auc_ci95 && rows[3].auc_ci95 == areas[3]);
        QVERIFY(contestant_rows(duel(), "network", 9, AucAxis::linear).empty());
        QVERIFY(contestant_rows(duel(), "FC-1", 2, AucAxis::linear).empty());
        const std::string csv = contestants_csv(duel(), "network", 2, AucAxis::linear, areas);
        QCOMPARE(std::ranges::count(csv, '\n'), 5);
        QVERIFY(csv.find("network,sec-ded-39-32,1e-04,0.88,") != std::string::npos);
        QVERIFY(csv.find(",0.8,0.95,") != std::string::npos);
    }

    // As a curve on its own has it.
    void areas_have_intervals() {
        AccuracyCurves curves;
        curves.info.rates = {1e-6, 1e-5};
        curves.curves.resize(2);
        for (AccuracyCurve& one : curves.curves) one.info.clean = {.images = 100, .correct = 90};
        for (const int right : {80, 60}) {
            std::map<int, TrialOutcome> trials;
            for (int trial = 0; trial < 5; ++trial) trials[trial] = {1, {.images = 100, .correct = right + trial}};
            curves.curves[0].trials.push_back(trials);
        }
        const auto intervals = auc_intervals(curves, AucAxis::linear);
        QCOMPARE(intervals.size(), std::size_t(2));
        QVERIFY(intervals[0] == curve_auc(curves.curves[0], curves.info)->ci95);
        QVERIFY(intervals[0]->low < intervals[0]->high && !intervals[1]);
    }

    void efficient_are_those_that_nothing_beats_at_their_price() {
        const std::vector<ParetoPoint> points = pareto_points(duel(), "network", 2, DuelCost::storage);
        // guard costs as little as none and keeps more; parity costs more than guard and keeps less.
        const bool expected[] = {false, true, false, true};
        for (std::size_t i = 0; i < points.size(); ++i) QCOMPARE(points[i].is_efficient, expected[i]);
        QVERIFY(pareto_points(duel(), "network", 2, DuelCost::operations)[0].is_efficient);  // nothing costs as little
        QVERIFY(pareto_points(duel(), "FC-1", 2, DuelCost::storage).empty());
    }

    // Of eight trials half leave the words alone; of these, half hit check bits. Each curve counts its own, a difference all trials.
    void estimates_know_each_contestants_own_bits() {
        const auto trial = [](std::int64_t faults, std::int32_t correct) {
            return SampledTrial{faults, whole_outcome({.images = 1000, .correct = correct}, {.images = 1000, .correct = 900})};
        };
        const CurveInfo words = curve("none", {}).info, coded = curve("parity", {}).info;
        SampledPoint of_words{{.fault_free = 0.5, .right_images = 900}, {{}}}, of_coded{{.fault_free = 0.25, .right_images = 900}, {{}}};
        for (int number = 0; number < 8; ++number) {
            of_words.trials[0].emplace(number, number < 4 ? trial(0, 900) : trial(2, 700));
            of_coded.trials[0].emplace(number, number < 2 ? trial(0, 900) : number < 4 ? trial(1, 800) : trial(3, 600));
        }
        const auto mean = [](const SampledPoint& point, const CurveInfo& info) {
            return sampled_mean(point, info, TrialMeasure::accuracy, NonfiniteRule::wrong).mean;
        };
        QVERIFY(std::abs(mean(of_words, words) - (0.5 * 0.9 + 0.5 * 0.7)) < 1e-6);
        QVERIFY(std::abs(mean(of_coded, coded) - (0.25 * 0.9 + 0.25 * 0.8 + 0.5 * 0.6)) < 1e-6);
        const double difference = sampled_difference(of_words, words, of_coded, coded, NonfiniteRule::wrong).mean;
        QVERIFY(std::abs(difference - (mean(of_coded, coded) - mean(of_words, words))) < 1e-6);
        // Two without check bits have the same faults, and trials without any tell nothing.
        SampledPoint of_guard = of_words;
        for (auto& [number, one] : of_guard.trials[0]) one.outcome.right.correct = number < 4 ? 900 : 850;
        QVERIFY(std::abs(sampled_difference(of_words, words, of_guard, curve("guard", {}).info, NonfiniteRule::wrong).mean - 0.075) < 1e-6);
    }

    void the_telling_rate_is_where_they_lie_furthest_apart() {
        QCOMPARE(telling_rate(duel(), "network"), std::size_t(2));
        CampaignSummary other = duel();
        for (CurveSummary& curve : other.curves) curve.points[2].mean = 0.1;
        QCOMPARE(telling_rate(other, "network"), std::size_t(1));
        QCOMPARE(telling_rate({}, "network"), std::size_t(0));
        QCOMPARE(duel_layers(duel()), (std::vector<std::string>{"network"}));
    }
};

QTEST_GUILESS_MAIN(TestDuelSummary)
#include "test_duel_summary.moc"
