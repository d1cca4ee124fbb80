// Thresholds as a C header: compiled as C99 and as C++ by the system's own compiler, run, and compared bit for bit with the JSON and with
// the clipped activations that ClipScope computes.
#include <QTest>
#include <cmath>
#include <limits>

#include "c_program.h"
#include "clipping/clipped_relu.h"
#include "common/error.h"
#include "results/thresholds_header.h"

using namespace clipscope;
using namespace clipscope::testing;

namespace {

const char* const hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

// Whole and odd numbers, the largest, the smallest and 0.
ThresholdsFile some_thresholds() {
    ThresholdsFile file;
    file.model_sha256 = hash;
    const float largest = std::numeric_limits<float>::max(), smallest = std::numeric_limits<float>::denorm_min();
    int number = 0;
    for (const float threshold : {5.0F, 0.1F, 1.17549435e-38F, largest, smallest, 0.0F, 3.4567891F, 16777217.0F})
        file.sites.push_back({"ACT-" + std::to_string(++number),
                              {"CONV-1", "FC-2"},
                              2 * threshold < largest ? 2 * threshold : largest,
                              threshold,
                              0.5,
                              0.625});
    return file;
}

TuningResult origin_of(const ThresholdsFile& file, const std::string& model) {
    TuningResult origin;
    origin.info.campaign.model = model;
    origin.info.campaign.data = "pictures */ of /* cats";
    origin.info.campaign.images = 200;
    origin.info.campaign.trials = 20;
    for (const SiteThreshold& site : file.sites) origin.info.sites.push_back({site.site, "", "relu", site.fed_by, std::nullopt, true});
    SiteSearch search;
    SearchEvaluation evaluation;
    evaluation.point.threshold = file.sites[0].threshold;
    evaluation.point.measured.clean_accuracy = 0.875;
    search.evaluations.push_back(evaluation);
    origin.searches.push_back(search);
    return origin;
}

std::vector<float> edges(float threshold) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    return {0.0F,
            -0.0F,
            threshold,
            std::nextafter(threshold, infinity),
            std::nextafter(threshold, -infinity),
            -threshold,
            -std::nextafter(threshold, infinity),
            1e-45F,
            1.0F,
            -1.0F,
            std::numeric_limits<float>::max(),
            std::numeric_limits<float>::quiet_NaN(),
            -std::numeric_limits<float>::quiet_NaN(),
            infinity,
            -infinity};
}

// Prints every threshold and what becomes of its edge values, as words.
std::string program(const ThresholdsFile& file, const std::string& prefix) {
    QString edge_words;
    for (const SiteThreshold& site : file.sites)
        edge_words += QStringLiteral("{") + words(edges(site.threshold), ",") + QStringLiteral("},\n");
    QString text = QStringLiteral(R"(#include "written.h"
#include "written.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>
static void print(float value) { uint32_t word; memcpy(&word, &value, sizeof word); printf("%luu ", (unsigned long)word); }
static const uint32_t edge_words[PREFIX_SITES][COUNT] = {EDGES};
int main(void) {
    int site, k;
    for (site = 0; site < PREFIX_SITES; ++site) {
        print(prefix_thresholds[site]);
        for (k = 0; k < COUNT; ++k) {
            float x;
            memcpy(&x, &edge_words[site][k], sizeof x);
            print(prefix_clip_relu(x, prefix_thresholds[site]));
            print(prefix_clip_output(x, prefix_thresholds[site]));
        }
        printf("\n");
    }
    printf("%d %s\n", (int)PREFIX_ACT_3, PREFIX_MODEL_SHA256);
    return 0;
}
)");
    text.replace("EDGES", edge_words).replace("COUNT", QString::number(edges(1).size()));
    return text.replace("PREFIX", QString::fromStdString(prefix).toUpper()).replace("prefix", QString::fromStdString(prefix)).toStdString();
}

QString expected(const ThresholdsFile& file) {
    QString text;
    for (const SiteThreshold& site : file.sites) {
        std::vector<float> values{site.threshold};
        for (const float x : edges(site.threshold)) {
            float relu = 0, output = 0;
            clip_relu(&x, &relu, 1, site.threshold);
            clip_magnitude(&x, &output, 1, site.threshold);
            values.insert(values.end(), {relu, output});
        }
        text += words(values, " ") + QStringLiteral(" \n");
    }
    return text + QStringLiteral("2 ") + QString::fromLatin1(hash) + QStringLiteral("\n");
}

}  // namespace

class TestThresholdsHeader : public QObject {
    Q_OBJECT
private slots:
    void a_compiler_reads_what_the_json_says_data() { add_compilers(); }

    void a_compiler_reads_what_the_json_says() {
        QFETCH(QString, compiler);
        QFETCH(QStringList, options);
        if (QStandardPaths::findExecutable(compiler).isEmpty()) QSKIP("no C compiler is here");
        const ThresholdsFile file = thresholds_from_json(thresholds_to_json(some_thresholds()), "thresholds.json");
        // A name that would end the comment, or start one, and is no identifier.
        const std::string model = "a */ /* b?\?/7 \"net\"\xC3\xA9__x.pt", prefix = "network_7";
        const std::string text = thresholds_text("thresholds.h", file, origin_of(file, model));
        const std::string start = "enum ",
                          name = text.substr(text.find(start) + start.size(), text.find("_site {") - text.find(start) - start.size());
        QCOMPARE(QString::fromStdString(name).left(9), QString::fromStdString(prefix));
        QCOMPARE(run_c_program(compiler, options, text, program(file, name)), expected(file));
    }

    void people_read_where_the_numbers_come_from() {
        const ThresholdsFile file = some_thresholds();
        const QString text = QString::fromStdString(thresholds_to_c_header(file, origin_of(file, "bundled:lenet5")));
        QVERIFY(text.contains("#ifndef LENET5_THRESHOLDS_H\n#define LENET5_THRESHOLDS_H\n"));
        QVERIFY(text.contains("Found on 200 images of pictures * / of / * cats, 20 trials at each fault rate, seed 0."));
        QVERIFY(text.contains(
            "ACT-1: area under the accuracy curve 0.5 clipped at ACT_max, 0.625 at the threshold; without faults 87.50 % right."));
        QVERIFY(text.contains("LENET5_ACT_1 = 0, /* ACT-1, relu, fed by CONV-1, FC-2 */"));
        QVERIFY(text.contains("    5.0f, /* ACT-1, ACT_max 10 */"));
        QVERIFY(text.contains(hash));
    }

    void names_stay_apart_and_little_is_enough() {
        ThresholdsFile file;
        file.sites = {{"ACT-1", {}, std::nullopt, 1, std::nullopt, std::nullopt},
                      {"ACT_1", {}, std::nullopt, 2, std::nullopt, std::nullopt}};
        const QString text = QString::fromStdString(thresholds_to_c_header(file, {}));
        QVERIFY(text.contains("NETWORK_ACT_1 = 0,"));
        QVERIFY(text.contains("NETWORK_ACT_1_2 = 1,"));
        QVERIFY_EXCEPTION_THROWN(thresholds_to_c_header({}, {}), Error);
    }

    void the_ending_says_what_is_written() {
        const ThresholdsFile file = some_thresholds();
        QVERIFY(thresholds_text("T.H", file, {}).starts_with("/*"));
        QCOMPARE(thresholds_text("h.json", file, {}), thresholds_to_json(file));
        QCOMPARE(thresholds_text("h", file, {}), thresholds_to_json(file));
    }
};

QTEST_GUILESS_MAIN(TestThresholdsHeader)
#include "test_thresholds_header.moc"
