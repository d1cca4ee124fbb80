// Results as JSON and CSV: read back whole, the same bytes for the same results, and clear errors for damaged files.
#include <QTest>
#include <nlohmann/json.hpp>

#include "campaign/curve_auc.h"
#include "common/error.h"
#include "common/text_file.h"
#include "common/version.h"
#include "results/result_csv.h"
#include "results/result_json.h"

using namespace clipscope;
using Json = nlohmann::ordered_json;

namespace {

Outcome outcome(int images, int correct) {
    return {.images = images,
            .correct = correct,
            .correct_argmax = correct + 1,
            .top5 = correct + 2,
            .top5_argmax = correct + 3,
            .due = 1,
            .sdc = 2};
}

// Two curves; the second was stopped before its last rate.
CampaignResult example() {
    CampaignResult result;
    result.kind = "compare";
    AccuracyCurves& curves = result.curves;
    curves.info = {.model = "alexnet, \"mine\"",
                   .data = "CIFAR-10 test",
                   .images = 100,
                   .classes = 10,
                   .seed = 0xfedcba9876543210u,
                   .trials = 2,
                   .memory = {},
                   .nonfinite = NonfiniteRule::wrong,
                   .rates = {0, 1.0 / 3e6, 1e-6}};
    AccuracyCurve full{{"CONV-1", "features.0", 320, Protection::none, outcome(100, 80)}, {{{0, {0, outcome(100, 80)}}}, {}, {}}};
    full.trials[1] = {{0, {3, outcome(100, 70)}}, {1, {5, outcome(100, 60)}}};
    full.trials[2] = {{0, {9, outcome(100, 40)}}, {1, {11, outcome(100, 20)}}};
    AccuracyCurve stopped{{"network", "", std::int64_t(1) << 40, Protection::clip_tuned, outcome(100, 79)},
                          {{}, {{7, {1, outcome(50, 30)}}}, {}}};
    curves.curves = {full, stopped};
    return result;
}

QString error_of(const std::string& text) {
    try {
        result_from_json(text, "r.json");
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

template <typename Change>
QString error_after(Change change) {
    Json json = Json::parse(result_to_json(example()));
    change(json);
    return error_of(json.dump());
}

bool same(const CurveInfo& a, const CurveInfo& b) {
    return a.layer == b.layer && a.path == b.path && a.bits == b.bits && a.protection == b.protection && a.clean == b.clean;
}

bool same(const std::map<int, TrialOutcome>& a, const std::map<int, TrialOutcome>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        return x.first == y.first && x.second.faults == y.second.faults && x.second.outcome == y.second.outcome;
    });
}

}  // namespace

class TestResultFiles : public QObject {
    Q_OBJECT

private slots:
    void json_has_the_documented_shape() {
        const Json json = Json::parse(result_to_json(example()));
        QCOMPARE(json.at("clipscope_version").get<std::string>(), std::string(version()));
        QCOMPARE(json.at("kind").get<std::string>(), "compare");
        QCOMPARE(json.at("clean_accuracy").get<double>(), 0.8);
        QCOMPARE(json.at("seed").get<std::uint64_t>(), 0xfedcba9876543210u);
        const Json& curve = json.at("curves").at(0);
        QCOMPARE(curve.at("layer").get<std::string>(), "CONV-1");
        QCOMPARE(curve.at("protection").get<std::string>(), "none");
        // x = 0, 1/3, 1: (0.8 + 0.65)/6 + (0.65 + 0.3)/3
        const double auc = curve.at("auc").get<double>();
        QVERIFY(std::abs(auc - (1.45 / 6 + 0.95 / 3)) < 1e-12);
        QVERIFY(curve.at("auc_ci95").at(0).get<double>() <= auc && auc <= curve.at("auc_ci95").at(1).get<double>());
        QCOMPARE(curve.at("points").size(), 3u);
        std::string keys;
        for (const auto& [key, value] : curve.at("points").at(1).items()) keys += key + " ";
        QCOMPARE(keys,
                 "rate trials faults_mean mean sd min q1 median q3 max ci95 top5_mean sdc_mean due_mean ci95_images top5_ci95 "
                 "sdc_ci95 due_ci95 outcomes ");
        const Json& point = curve.at("points").at(2);
        QCOMPARE(point.at("rate").get<double>(), 1e-6);
        QCOMPARE(point.at("trials").get<int>(), 2);
        QCOMPARE(point.at("faults_mean").get<double>(), 10.0);
        QVERIFY(std::abs(point.at("mean").get<double>() - 0.3) < 1e-15);
        QCOMPARE(point.at("ci95").size(), 2u);
        QCOMPARE(point.at("outcomes").at(1).dump(),
                 R"({"trial":1,"faults":11,"correct":20,"correct_argmax":21,"top5":22,"top5_argmax":23,"due":1,"sdc":2})");
        QVERIFY(json.at("curves").at(1).at("auc").is_null());
        QVERIFY(json.at("curves").at(1).at("auc_ci95").is_null());
    }

    void points_over_bit_positions_are_called_bits() {
        CampaignResult before = example();
        before.kind = "sensitivity";
        before.curves.curves.pop_back();
        before.curves.info.axis = PointAxis::bit_position;
        before.curves.info.rates = {0, 30, 31};
        const std::string text = result_to_json(before);
        const Json json = Json::parse(text);
        QCOMPARE(json.at("axis").get<std::string>(), "bit_position");
        QCOMPARE(json.at("bit_positions").dump(), std::string("[0,30,31]"));
        QVERIFY(!json.contains("rates"));
        const Json& point = json.at("curves").at(0).at("points").at(1);
        QVERIFY(point.at("bit").is_number_integer() && point.at("bit").get<int>() == 30 && !point.contains("rate"));
        QVERIFY(result_to_json(result_from_json(text, "r.json")) == text);
        // As a figure's file of several kinds of results has them: both columns, one of them empty.
        const QString points = QString::fromStdString(points_csv(before.curves)),
                      trials = QString::fromStdString(trials_csv(before.curves));
        QVERIFY(points.startsWith("layer,path,bits,protection,clean_accuracy_fraction,bit,trials,"));
        QVERIFY(points.contains("\nCONV-1,features.0,320,none,0.8,30,2,"));
        QVERIFY(trials.startsWith("layer,path,protection,bit,trial,") && trials.contains("\nCONV-1,features.0,none,31,1,11,"));
        const QString both = QString::fromStdString(trials_csv(before.curves, PlaceColumns::both));
        QVERIFY(both.startsWith("layer,path,protection,rate_per_bit,bit,trial,") && both.contains("\nCONV-1,features.0,none,,31,1,11,"));
        before.curves.info.axis = PointAxis::fault_rate;
        before.curves.info.rates = {0, 0.25, 0.5};
        QVERIFY(QString::fromStdString(trials_csv(before.curves, PlaceColumns::both)).contains("\nCONV-1,features.0,none,0.5,,1,11,"));
    }

    void a_file_of_the_first_release_still_reads() {
        const std::string path = CLIPSCOPE_SOURCE_DIR "/tests/core/study/release-0.1.0/bits.json";
        const CampaignResult bits = result_from_json(read_text_file(path), path);
        QCOMPARE(bits.curves.info.axis, PointAxis::bit_position);
        QVERIFY(bits.curves.info.rates == (std::vector<double>{29, 30, 31}));
        QCOMPARE(bits.curves.curves.at(0).trials.at(1).size(), 3u);
    }

    void everything_comes_back() {
        const CampaignResult before = example();
        const CampaignResult after = result_from_json(result_to_json(before), "r.json");
        QCOMPARE(after.kind, before.kind);
        const CampaignInfo &a = after.curves.info, &b = before.curves.info;
        QVERIFY(a.model == b.model && a.data == b.data && a.images == b.images && a.classes == b.classes && a.seed == b.seed);
        QVERIFY(a.trials == b.trials && a.memory == b.memory && a.nonfinite == b.nonfinite && a.rates == b.rates);
        QCOMPARE(after.curves.curves.size(), 2u);
        for (std::size_t c = 0; c < 2; ++c) {
            QVERIFY(same(after.curves.curves[c].info, before.curves.curves[c].info));
            QCOMPARE(after.curves.curves[c].trials.size(), 3u);
            for (std::size_t r = 0; r < 3; ++r) QVERIFY(same(after.curves.curves[c].trials[r], before.curves.curves[c].trials[r]));
        }
        QVERIFY(result_to_json(after) == result_to_json(before));
    }

    void both_rules_and_axes_come_back() {
        CampaignResult before = example();
        before.auc_axis = AucAxis::log10;
        before.curves.info.nonfinite = NonfiniteRule::argmax;
        before.curves.info.classes = 4;
        const CampaignResult after = result_from_json(result_to_json(before), "r.json");
        QCOMPARE(after.auc_axis, AucAxis::log10);
        QCOMPARE(after.curves.info.nonfinite, NonfiniteRule::argmax);
        QVERIFY(Json::parse(result_to_json(after)).at("curves").at(0).at("points").at(0).at("top5_mean").is_null());
    }

    void no_curves_are_a_result_too() {
        const CampaignResult after = result_from_json(result_to_json({}), "r.json");
        QVERIFY(after.curves.curves.empty());
    }

    void damaged_files_are_named() {
        QVERIFY(error_of("").contains("'r.json' is empty"));
        QVERIFY(error_of("[]").contains("r.json"));
        QVERIFY(error_after([](Json& json) { json.erase("seed"); }).contains("'seed' is missing"));
        QVERIFY(error_after([](Json& json) { json["kind"] = "bench"; }).contains("bench"));
        QVERIFY(error_after([](Json& json) { json["nonfinite"] = "maybe"; }).contains("maybe"));
        QVERIFY(error_after([](Json& json) { json["rates"][2] = 2; }).contains("rates"));
        QVERIFY(error_after([](Json& json) { json["rates"] = {1e-6, 0}; }).contains("rates"));
        QVERIFY(error_after([](Json& json) { json["curves"][0]["points"][1]["rate"] = 0.5; }).contains("0.5"));
        QVERIFY(error_after([](Json& json) { json["curves"][0]["points"][1]["outcomes"][0]["correct"] = 101; }).contains("curve 1"));
        QVERIFY(error_after([](Json& json) { json["curves"][0]["points"][1]["outcomes"][0]["trial"] = 1; }).contains("twice"));
        QVERIFY(error_after([](Json& json) { json["curves"][1]["protection"] = 3; }).contains("curve 2"));
    }

    // Whatever byte is lost or changed, reading ends in a result or an Error.
    void any_damage_ends_well() {
        const std::string text = result_to_json(example());
        const std::string replacements("9\"}-\0", 5);
        for (std::size_t i = 0; i < text.size(); ++i) {
            std::string damaged = text;
            damaged[i] = replacements[i % replacements.size()];
            error_of(damaged);
        }
        for (std::size_t i = 0; i + 1 < text.size(); i += 7) QVERIFY(!error_of(text.substr(0, i)).isEmpty());
    }

    void auc_of_trials_pairs_by_number() {
        CampaignResult result = example();
        result.curves.curves[0].trials[2].erase(0);
        const auto area = curve_auc(result.curves.curves[0], result.curves.info);
        QVERIFY(area);
        QCOMPARE(area->trials, std::vector<int>{1});
        // Trial 1: x = 0, 1/3, 1: (0.8 + 0.6)/6 + (0.6 + 0.2)/3
        QVERIFY(std::abs(area->trial_aucs[0] - (1.4 / 6 + 0.8 / 3)) < 1e-12);
        QVERIFY(!curve_auc(result.curves.curves[1], result.curves.info));
    }

    void points_are_a_tidy_table() {
        const QStringList lines = QString::fromStdString(points_csv(example().curves)).split('\n');
        QCOMPARE(lines.size(), 1 + 4 + 1);
        QVERIFY(lines[0].startsWith(
            "layer,path,bits,protection,clean_accuracy_fraction,rate_per_bit,trials,faults_mean_bits,accuracy_mean_fraction,"));
        QVERIFY(lines[1].startsWith("CONV-1,features.0,320,none,0.8,0,1,0,0.8,0,"));
        for (int i = 1; i < 5; ++i) QCOMPARE(lines[i].count(','), lines[0].count(','));
        QCOMPARE(lines[4].section(',', 0, 8), "network,,1099511627776,clip-tuned,0.79,3.3333333333333335e-07,1,1,0.6");
    }

    void trials_are_a_tidy_table() {
        const QStringList lines = QString::fromStdString(trials_csv(example().curves)).split('\n');
        QCOMPARE(lines.size(), 1 + 6 + 1);
        QCOMPARE(lines[0],
                 "layer,path,protection,rate_per_bit,trial,faults_bits,images,correct_images,correct_argmax_images,top5_images,"
                 "top5_argmax_images,due_images,sdc_images,format");
        QCOMPARE(lines[5], "CONV-1,features.0,none,1e-06,1,11,100,20,21,22,23,1,2,float32");
        QCOMPARE(lines[6], "network,,clip-tuned,3.3333333333333335e-07,7,1,50,30,31,32,33,1,2,float32");
    }

    void formats_come_side_by_side() {
        AccuracyCurves first = example().curves, second = example().curves;
        first.curves.resize(1);
        second.curves.resize(1);
        second.info.memory.format = NumberFormat::parse("Q3.12");
        second.info.rates = {1e-6, 2e-6};
        second.curves[0].trials = {{{0, {2, outcome(100, 50)}}}, {{0, {4, outcome(100, 30)}}}};
        CampaignResult result;
        result.curves = side_by_side(std::vector{first, second});
        QCOMPARE(result.curves.info.rates, (std::vector<double>{0, 1.0 / 3e6, 1e-6, 2e-6}));
        const CampaignResult back = result_from_json(result_to_json(result), "r.json");
        QVERIFY(result_to_json(back) == result_to_json(result));
        const Json json = Json::parse(result_to_json(result));
        QCOMPARE(json.at("curves").at(0).at("format").get<std::string>(), std::string("float32"));
        QCOMPARE(json.at("curves").at(1).at("format").get<std::string>(), std::string("Q3.12"));
        QCOMPARE(json.at("curves").at(1).at("points").at(0).at("rate").get<double>(), 1e-6);
        QCOMPARE(json.at("curves").at(1).at("points").at(0).at("outcomes").at(0).at("correct").get<int>(), 50);
        QVERIFY(same(back.curves.curves[0].trials[2], first.curves[0].trials[2]));
        QVERIFY(back.curves.curves[0].trials[3].empty() && back.curves.curves[1].trials[0].empty());
        QVERIFY(QString::fromStdString(points_csv(result.curves)).section('\n', -2, -2).endsWith(",Q3.12"));
        QVERIFY(!has_formats(first) && has_formats(back.curves));
        QVERIFY(!Json::parse(result_to_json({.curves = side_by_side(std::vector{first})})).at("curves").at(0).contains("format"));
    }
};

QTEST_GUILESS_MAIN(TestResultFiles)
#include "test_result_files.moc"
