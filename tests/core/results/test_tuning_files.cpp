// Thresholds files, results of tuning jobs as JSON and CSV, and what a comparison says, on values made by hand.
#include <QTemporaryDir>
#include <QTest>

#include "campaign/comparison.h"
#include "campaign/events.h"
#include "campaign/thresholds_file.h"
#include "common/error.h"
#include "common/sha256.h"
#include "common/text_file.h"
#include "results/tuning_csv.h"
#include "results/tuning_json.h"

using namespace clipscope;

namespace {

SiteInfo make_site(const std::string& name, std::vector<std::string> fed_by) {
    SiteInfo site;
    site.name = name;
    site.kind = "relu";
    site.fed_by = std::move(fed_by);
    return site;
}

MeasuredAuc make_measured(double auc) {
    return {.auc = auc,
            .standard_error = 0.01,
            .clean_accuracy = 0.9,
            .accuracies = {0.9, auc},
            .trial_aucs = {auc - 0.01, auc + 0.01},
            .ci95 = Interval{auc - 0.02, auc + 0.02}};
}

// A result with something of everything, made of the events that a job sends.
TuningResult make_result() {
    TuningInfo info;
    info.job = TuningJob::harden;
    info.campaign.model = "m.pt";
    info.campaign.data = "made, \"test\"";
    info.campaign.images = 20;
    info.campaign.classes = 10;
    info.campaign.seed = 18446744073709551615ULL;
    info.campaign.trials = 2;
    info.campaign.rates = {0, 1e-5};
    info.trained_on = TrainedOn::likely;
    info.model_sha256 = "abc";
    info.sites = {make_site("ACT-1", {"CONV-1"}), make_site("ACT-2", {})};
    ActivationHistogram histogram;
    const std::vector<float> values = {0.0F, 1.5F, -2.0F, 1e38F, std::nanf(""), std::numeric_limits<float>::infinity()};
    histogram.add(values);
    const auto shared = std::make_shared<const ActivationHistogram>(histogram);
    SearchGrid grid;
    grid.number = 1;
    grid.thresholds = {0, 0.1F, 0.2F, 0.3F};
    grid.aucs = {0.1, 0.2, 0.4, 0.3};
    grid.changes = {0.1, 0.2, 0.1};
    grid.change_errors = {0.01, std::nullopt, 0.02};
    grid.best = 2;
    grid.kept_low = 0.1F;
    grid.kept_high = 0.3F;
    grid.new_evaluations = 4;
    HardenedSite hardened;
    hardened.act_max = 0.3F;
    hardened.threshold = 0.2F;
    hardened.auc_before = 0.3;
    hardened.auc_after = 0.4;
    hardened.iterations = 1;
    hardened.evaluations = 4;
    hardened.end = SearchEnd::converged;
    hardened.plateau = true;
    hardened.reason = "It said so.";
    HardenedSite unfed;
    unfed.act_max = unfed.threshold = 7;
    unfed.reason = "No layer feeds it.";
    const std::vector<Event> events = {TuningStarted{info},
                                       ActivationsMeasured{{0, "", 0, 0, shared}},
                                       SiteProfiled{0, 0.3F, 6, 2},
                                       ActivationsMeasured{{0, "network", 1e-5, 2, shared}},
                                       SweepStarted{0, "CONV-1", 0.3F, make_measured(0.2), {0, 1e-5}},
                                       SweepPointMeasured{0, {0.3F, make_measured(0.5)}},
                                       SweepPointMeasured{0, {0.1F, make_measured(0.4)}},
                                       SearchStarted{0, "CONV-1", 0.3F, {}, {0, 1e-5}},
                                       ThresholdEvaluated{0, {1, {0.2F, make_measured(0.4)}}},
                                       IntervalChosen{0, grid},
                                       SiteHardened{0, hardened},
                                       SiteHardened{1, unfed},
                                       HardenedFileWritten{{"h.pt", 20}},
                                       JobFinished{}};
    TuningResult result;
    for (const Event& event : events) apply(event, result);
    return result;
}

AccuracyCurve make_curve(Protection protection, std::int32_t clean, const std::vector<std::vector<std::int32_t>>& correct) {
    AccuracyCurve curve;
    curve.info.layer = "network";
    curve.info.protection = protection;
    curve.info.clean = {.images = 10, .correct = clean, .correct_argmax = clean};
    for (const auto& of_rate : correct) {
        std::map<int, TrialOutcome> trials;
        for (std::size_t i = 0; i < of_rate.size(); ++i) {
            const Outcome outcome{.images = 10, .correct = of_rate[i], .correct_argmax = of_rate[i] + 1};
            trials.emplace(int(i), TrialOutcome{1, outcome});
        }
        curve.trials.push_back(trials);
    }
    return curve;
}

}  // namespace

class TestTuningFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void results_come_back_from_their_json() {
        const TuningResult result = make_result();
        const std::string text = tuning_to_json(result);
        const TuningResult read = tuning_from_json(text, "r.json");
        QCOMPARE(tuning_to_json(read), text);
        QCOMPARE(read.info.campaign.seed, result.info.campaign.seed);
        QCOMPARE(read.info.trained_on, TrainedOn::likely);
        QVERIFY(*read.activations[1].histogram == *result.activations[1].histogram);
        QCOMPARE(read.sweeps[0].points[0].threshold, 0.1F);  // in order, though it came last
        QCOMPARE(read.searches[0].grids[0].thresholds[2], 0.2F);
        QVERIFY(!read.searches[0].grids[0].change_errors[1].has_value());
        QVERIFY(read.searches[1].hardened && !read.searches[1].hardened->auc_before);
        QCOMPARE(read.file->path, std::string("h.pt"));
        QCOMPARE(result_kind(text, "r.json"), std::string("harden"));
        QVERIFY(text.find("\"threshold\": 0.2") != std::string::npos);  // no digits that the number does not have
    }

    void damaged_results_are_refused_with_one_sentence() {
        const std::string text = tuning_to_json(make_result());
        const auto refused = [](const std::string& damaged) {
            try {
                tuning_from_json(damaged, "r.json");
            } catch (const Error& error) {
                return std::string(error.what()).find("r.json") != std::string::npos;
            }
            return false;
        };
        const auto with = [&](const std::string& old_text, const std::string& new_text) {
            std::string changed = text;
            const std::size_t at = changed.find(old_text);
            if (at == std::string::npos) qFatal("no %s", old_text.c_str());
            return changed.replace(at, old_text.size(), new_text);
        };
        QVERIFY(refused(""));
        QVERIFY(refused("[]"));
        QVERIFY(refused(text.substr(0, text.size() / 2)));
        QVERIFY(refused(with("\"kind\": \"harden\"", "\"kind\": \"compare\"")));
        QVERIFY(refused(with("\"best\": 2", "\"best\": 4")));
        QVERIFY(refused(with("\"plateau\":true", "\"plateau\":1")));
        QVERIFY(refused(with("\"end\":\"converged\"", "\"end\":\"tired\"")));
        QVERIFY(refused(with("\"changes\": [0.1,0.2,0.1]", "\"changes\": [0.1,0.2]")));
        QVERIFY(refused(with("\"site\": \"ACT-1\"", "\"site\": \"ACT-9\"")));
    }

    void events_out_of_place_are_refused() {
        TuningResult result = make_result();
        QVERIFY_EXCEPTION_THROWN(apply(SiteProfiled{2, 1, 1, 0}, result), std::out_of_range);
        QVERIFY_EXCEPTION_THROWN(apply(SiteProfiled{-1, 1, 1, 0}, result), std::out_of_range);
        QVERIFY_EXCEPTION_THROWN(apply(SweepPointMeasured{1, {}}, result), std::out_of_range);
        apply(TuningStarted{result.info}, result);
        QVERIFY(result.searches.empty() && result.activations.empty() && !result.file);
    }

    void tables_have_a_row_for_each_observation() {
        const TuningResult result = make_result();
        const auto lines = [](const std::string& text) { return QString::fromStdString(text).split('\n', Qt::SkipEmptyParts); };
        // Two histograms of -2, 0, 1.5 and 1e38, a NaN and an infinity.
        QCOMPARE(lines(histograms_csv(result)).size(), 1 + 2 * 6);
        QCOMPARE(lines(sweep_csv(result)).size(), 1 + 3);
        QCOMPARE(lines(search_csv(result)).size(), 1 + 1);
        QCOMPARE(lines(thresholds_csv(result)).size(), 1 + 2);
        QCOMPARE(lines(thresholds_csv(result))[1], QString("ACT-1,0.3,0.2,0.3,0.4,1,4,converged,yes"));
    }

    void thresholds_come_back_from_their_file() {
        const ThresholdsFile thresholds = thresholds_of(make_result());
        const std::string text = thresholds_to_json(thresholds);
        const ThresholdsFile read = thresholds_from_json(text, "t.json");
        QCOMPARE(thresholds_to_json(read), text);
        QCOMPARE(read.sites.size(), std::size_t(2));
        QCOMPARE(read.sites[0].threshold, 0.2F);
        QCOMPARE(*read.sites[0].act_max, 0.3F);
        QVERIFY(read.sites[0].fed_by == std::vector<std::string>{"CONV-1"});
        QVERIFY(!read.sites[1].auc_after);
        QVERIFY(text.find("\"version\": 1") != std::string::npos && text.find("\"model_sha256\": \"abc\"") != std::string::npos);
    }

    void bad_thresholds_are_refused_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("no version") << R"({"sites":[]})";
        QTest::newRow("another version") << R"({"version":2,"sites":[]})";
        QTest::newRow("no sites") << R"({"version":1})";
        QTest::newRow("no threshold") << R"({"version":1,"sites":[{"site":"ACT-1"}]})";
        QTest::newRow("negative") << R"({"version":1,"sites":[{"site":"ACT-1","threshold":-1}]})";
        QTest::newRow("text") << R"({"version":1,"sites":[{"site":"ACT-1","threshold":"1"}]})";
        QTest::newRow("too large") << R"({"version":1,"sites":[{"site":"ACT-1","threshold":1e39}]})";
        QTest::newRow("twice") << R"({"version":1,"sites":[{"site":"ACT-1","threshold":1},{"site":"act-1","threshold":1}]})";
        QTest::newRow("no object") << "[1]";
    }
    void bad_thresholds_are_refused() {
        QFETCH(QString, text);
        QVERIFY_EXCEPTION_THROWN(thresholds_from_json(text.toStdString(), "t.json"), Error);
    }

    void a_comparison_says_what_its_trials_say() {
        AccuracyCurves curves;
        curves.info.images = 10;
        curves.info.trials = 3;
        curves.info.rates = {1e-6, 1e-5};
        curves.curves = {make_curve(Protection::none, 9, {{8, 6, 7}, {1, 3, 2}}),
                         make_curve(Protection::clip_actmax, 8, {{8, 8, 8}, {4, 6, 8}})};
        const auto comparisons = compare_protections(curves, NonfiniteRule::wrong);
        QCOMPARE(comparisons.size(), std::size_t(1));
        const ProtectionComparison& one = comparisons.front();
        // (0, 0.9) (0.1, 0.7) (1, 0.2) against (0, 0.8) (0.1, 0.8) (1, 0.6).
        QVERIFY(std::abs(*one.first_auc - (0.08 + 0.405)) < 1e-12);
        QVERIFY(std::abs(*one.second_auc - (0.08 + 0.63)) < 1e-12);
        QVERIFY(std::abs(*one.improvement - (0.71 / 0.485 - 1)) < 1e-12);
        QVERIFY(std::abs(one.clean_cost - 0.1) < 1e-12);
        QCOMPARE(one.rates.size(), std::size_t(2));
        QCOMPARE(one.rates[1].first_worst, 0.1);
        QCOMPARE(one.rates[1].second_worst, 0.4);
        QCOMPARE(one.rates[1].difference.pairs, 3);
        QVERIFY(std::abs(one.rates[1].difference.mean - 0.4) < 1e-12);
        QVERIFY(std::abs(one.rates[1].difference.sd - std::sqrt(0.03)) < 1e-12);
        QVERIFY(one.rates[1].difference.ci95_low > -1 && one.rates[1].difference.ci95_low < 0.4 - 0.1);
        QVERIFY(one.rates[1].difference.ci95_high < 1 && one.rates[1].difference.ci95_high > 0.4 + 0.1);
        QVERIFY(one.difference->ci95_low < one.difference->mean && one.difference->mean < one.difference->ci95_high);
        const auto by_argmax = compare_protections(curves, NonfiniteRule::argmax);
        QVERIFY(std::abs(by_argmax.front().rates[1].first_mean - 0.3) < 1e-12);
        QCOMPARE(QString::fromStdString(comparisons_csv(curves)).split('\n', Qt::SkipEmptyParts).size(), 1 + 2 * 2);
    }

    void sha256_of_known_texts() {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("abc").toStdString();
        write_text_file(path, "abc");  // FIPS 180-2, example B.1
        QCOMPARE(file_sha256(path), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        write_text_file(path, "");
        QCOMPARE(file_sha256(path), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        write_text_file(path, std::string(1'000'000, 'a'));  // example B.3
        QCOMPARE(file_sha256(path), std::string("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
        QVERIFY_EXCEPTION_THROWN(file_sha256(folder.filePath("none").toStdString()), Error);
        QVERIFY_EXCEPTION_THROWN(file_sha256(folder.path().toStdString()), Error);
    }
};

QTEST_GUILESS_MAIN(TestTuningFiles)
#include "test_tuning_files.moc"
