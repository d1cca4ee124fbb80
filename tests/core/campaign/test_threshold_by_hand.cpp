// A threshold tried by hand comes to what the sweep job gives, bit for bit, whatever was asked before and however often it was interrupted.
#include <QElapsedTimer>
#include <limits>
#include <thread>

#include "campaign/harden.h"
#include "campaign/sweep.h"
#include "campaign/threshold_by_hand.h"
#include "campaign/thresholds_file.h"
#include "common/error.h"
#include "lenet5_inputs.h"
#include "results/thresholds_header.h"

using namespace clipscope;
using clipscope::testing::has_fashion_mnist;
using clipscope::testing::lenet5_inputs;

namespace {

constexpr std::size_t site = 1;

TuningSettings settings() {
    TuningSettings settings;
    settings.rates = {0, 1e-4, 1e-3};
    settings.trials = 4;
    settings.threads = 2;
    return settings;
}

SiteSweep swept(const JobInputs& inputs, const TuningSettings& settings, const ThresholdGrid& grid,
                FaultPlace place = FaultPlace::feeding) {
    TuningResult result;
    run_sweep(inputs, {.settings = settings, .site = site, .grid = grid, .place = place}, [&](const Event& event) { apply(event, result); },
              {});
    return *result.sweep(int(site));
}

bool are_equal(const MeasuredAuc& a, const MeasuredAuc& b) {
    return a.auc == b.auc && a.standard_error == b.standard_error && a.clean_accuracy == b.clean_accuracy && a.accuracies == b.accuracies &&
           a.trial_aucs == b.trial_aucs && a.ci95->low == b.ci95->low && a.ci95->high == b.ci95->high;
}

void compare_in_order(ThresholdByHand& hand, const SiteSweep& sweep, const std::vector<std::size_t>& order) {
    for (const std::size_t i : order) {
        const ThresholdAuc& expected = sweep.points[i];
        const auto found = hand.measure(expected.threshold, {}, {});
        QVERIFY(found && found->is_final);
        QVERIFY(are_equal(found->measured, expected.measured));
    }
}

}  // namespace

class TestThresholdByHand : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
    }

    void any_order_gives_the_sweeps_numbers() {
        const JobInputs inputs = lenet5_inputs(120);
        const SiteSweep sweep = swept(inputs, settings(), {.low = 0, .high = 1.5, .count = 7});
        QVERIFY(!are_equal(sweep.points[1].measured, sweep.points[4].measured));
        for (const std::vector<std::size_t>& order : {std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6}, {5, 1, 6, 4, 0, 3, 2, 5}}) {
            ThresholdByHand hand(inputs, {.tuning = settings(), .site = site});
            QVERIFY(hand.prepare({}, {}));
            QCOMPARE(hand.act_max(), sweep.act_max);
            QCOMPARE(hand.plan().scope.name, sweep.scope);
            compare_in_order(hand, sweep, order);
        }
    }

    void the_forms_other_settings_count_too() {
        const JobInputs inputs = lenet5_inputs(60);
        TuningSettings other = settings();
        other.rates.clear();  // those that are suggested
        other.seed = 7;
        other.auc_axis = AucAxis::log10;
        other.protection = "range";
        const SiteSweep sweep = swept(inputs, other, {.low = 0.2, .high = 0.9, .count = 2}, FaultPlace::everywhere);
        ThresholdByHand hand(inputs, {.tuning = other, .site = site, .place = FaultPlace::everywhere});
        QVERIFY(hand.prepare({}, {}));
        QVERIFY(hand.plan().rates == sweep.rates);
        compare_in_order(hand, sweep, {1, 0});
    }

    void it_refines_from_few_images_to_all() {
        const JobInputs inputs = lenet5_inputs(200);
        ThresholdByHand hand(inputs, {.tuning = settings(), .site = site});
        QVERIFY(hand.prepare({}, {}));
        std::vector<HandThreshold> told;
        std::vector<qint64> when;
        QElapsedTimer clock;
        clock.start();
        const auto found = hand.measure(0.7F * hand.act_max(),
                                        [&](const HandThreshold& so_far) {
                                            told.push_back(so_far);
                                            when.push_back(clock.elapsed());
                                        },
                                        {});
        qInfo("first answer after %lld ms on %lld images, the final one after %lld ms", when.front(), (long long)told.front().images,
              when.back());
        QVERIFY(when.front() < 200);
        QVERIFY(told.front().images < 200 && told.front().trials == 1 && !told.front().is_final);
        QVERIFY(told.front().measured.auc > 0 && told.front().measured.ci95->low <= told.front().measured.auc);
        QVERIFY(told.back().is_final && told.back().trials == 4 && told.back().images == 200 && told.back().all_images == 200);
        for (std::size_t i = 1; i < told.size(); ++i) QVERIFY(told[i].images >= told[i - 1].images);
        QVERIFY(are_equal(told.back().measured, found->measured));
        // Once more: at once, and nothing but the final numbers.
        told.clear();
        QVERIFY(hand.measure(0.7F * hand.act_max(), [&](const HandThreshold& so_far) { told.push_back(so_far); }, {}));
        QCOMPARE(told.size(), std::size_t(1));
        QVERIFY(told.front().is_final && are_equal(told.front().measured, found->measured));
    }

    void interruptions_leave_no_trace() {
        const JobInputs inputs = lenet5_inputs(150);
        const SiteSweep sweep = swept(inputs, settings(), {.low = 0.3, .high = 1.2, .count = 4});
        ThresholdByHand hand(inputs, {.tuning = settings(), .site = site});
        std::stop_source before;
        before.request_stop();
        QVERIFY(!hand.prepare({}, before.get_token()));
        QVERIFY_THROWS_EXCEPTION(UsageError, hand.measure(1, {}, {}));
        QVERIFY(hand.prepare({}, {}));
        // Stopped after the first answer, after a few, and before any.
        for (const int answers : {1, 2, 0}) {
            for (const ThresholdAuc& point : sweep.points) {
                std::stop_source stop;
                int heard = 0;
                if (answers == 0) stop.request_stop();
                const auto stopped = hand.measure(
                    point.threshold,
                    [&](const HandThreshold&) {
                        if (++heard == answers) stop.request_stop();
                    },
                    stop.get_token());
                QVERIFY(!stopped || stopped->is_final);
            }
        }
        compare_in_order(hand, sweep, {3, 0, 2, 1});
    }

    // As a hand that moves on: the next call waits for the one before, which ends at once.
    void calls_of_several_threads_come_one_after_the_other() {
        const JobInputs inputs = lenet5_inputs(150);
        const SiteSweep sweep = swept(inputs, settings(), {.low = 0.3, .high = 1.2, .count = 3});
        ThresholdByHand hand(inputs, {.tuning = settings(), .site = site});
        QVERIFY(hand.prepare({}, {}));
        {
            std::vector<std::jthread> moves;
            for (int i = 0; i < 12; ++i)
                moves.emplace_back([&hand, &sweep, i](const std::stop_token& stop) {
                    (void)hand.measure(sweep.points[std::size_t(i % 3)].threshold * (1 + 0.01F * float(i)), {}, stop);
                });
        }  // all are asked to stop
        compare_in_order(hand, sweep, {2, 1, 0});
    }

    void the_search_of_one_site_is_that_of_a_whole_hardening() {
        const JobInputs inputs = lenet5_inputs(60);
        HardenSpecification all{.settings = settings(), .search = {.n = 3, .m = 1}};
        HardenSpecification alone = all;
        alone.only_site = site;
        TuningResult of_all, of_one;
        run_harden(inputs, all, [&](const Event& event) { apply(event, of_all); }, {});
        run_harden(inputs, alone, [&](const Event& event) { apply(event, of_one); }, {});
        QCOMPARE(of_one.searches.size(), std::size_t(1));
        const SiteSearch& expected = *of_all.search(int(site));
        const SiteSearch& found = *of_one.search(int(site));
        QCOMPARE(found.hardened->threshold, expected.hardened->threshold);
        QCOMPARE(found.evaluations.size(), expected.evaluations.size());
        for (std::size_t i = 0; i < found.evaluations.size(); ++i)
            QVERIFY(are_equal(found.evaluations[i].point.measured, expected.evaluations[i].point.measured));
        alone.only_site = 99;
        QVERIFY_THROWS_EXCEPTION(UsageError, run_harden(inputs, alone, [](const Event&) {}, {}));
    }

    void a_kept_threshold_says_that_a_person_chose_it() {
        TuningResult result;
        result.info.model_sha256 = "ab";
        result.info.sites.resize(2);
        result.info.sites[0].name = "ACT-1";
        result.info.sites[1].name = "ACT-2";
        result.act_max = {1.5F, 4.0F};
        SiteThreshold chosen{.site = "ACT-2", .act_max = 4.0F, .threshold = 2.5F, .auc_after = 0.75, .by_hand = true};
        const ThresholdsFile kept = with_threshold_by_hand({}, chosen, result);
        QCOMPARE(kept.model_sha256, std::string("ab"));
        QCOMPARE(kept.sites.size(), std::size_t(2));
        QCOMPARE(kept.sites[0].threshold, 1.5F);  // step 2
        const std::string text = thresholds_to_json(kept);
        QVERIFY(text.find("\"chosen_by\": \"hand\"") != std::string::npos);
        const ThresholdsFile read = thresholds_from_json(text, "kept");
        QVERIFY(!read.sites[0].by_hand && read.sites[1].by_hand);
        QCOMPARE(read.sites[1].threshold, 2.5F);
        QVERIFY(thresholds_to_c_header(read, result).find("chosen by hand") != std::string::npos);
        // The other site comes by hand as well; then a search finds the second one's.
        const ThresholdsFile both = with_threshold_by_hand(kept, {.site = "ACT-1", .threshold = 1, .by_hand = true}, result);
        QVERIFY(both.sites[0].by_hand && both.sites[1].by_hand && both.sites.size() == 2);
        const ThresholdsFile searched = with_found(both, {{}, {{.site = "ACT-2", .threshold = 3}}});
        QVERIFY(searched.sites[0].by_hand && !searched.sites[1].by_hand);
        QCOMPARE(searched.sites[1].threshold, 3.0F);
    }

    void senseless_wishes_are_refused() {
        const JobInputs inputs = lenet5_inputs(20);
        ThresholdByHand none(inputs, {.tuning = settings(), .site = 99});
        QVERIFY_THROWS_EXCEPTION(UsageError, none.prepare({}, {}));
        ThresholdByHand hand(inputs, {.tuning = settings(), .site = site});
        QVERIFY(hand.prepare({}, {}));
        QVERIFY_THROWS_EXCEPTION(UsageError, hand.measure(-1, {}, {}));
        QVERIFY_THROWS_EXCEPTION(UsageError, hand.measure(std::numeric_limits<float>::infinity(), {}, {}));
    }
};

QTEST_GUILESS_MAIN(TestThresholdByHand)
#include "test_threshold_by_hand.moc"
