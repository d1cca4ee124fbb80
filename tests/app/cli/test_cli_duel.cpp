// Duels of protections: options, results with prices, studies, replays, wrong usage.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>

#include "cli_program.h"

namespace {

const QJsonObject curve_of(const QJsonObject& json, const QString& protection) {
    for (const QJsonValue& curve : json["curves"].toArray())
        if (curve["protection"].toString() == protection) return curve.toObject();
    return {};
}

}  // namespace

class TestCliDuel : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        QVERIFY(make_data_and_model(folder_.path(), data_, model_).status == 0);
    }

    void every_contestant_has_its_price() {
        const QJsonObject json =
            run_duel({"--protections", "none,guard,parity,sec-ded-39-32,tmr-30,clip,range-channel", "--csv", folder_.filePath("csv")});
        QCOMPARE(json["kind"].toString(), "duel");
        QCOMPARE(json["curves"].toArray().size(), 7);
        const QJsonObject none = curve_of(json, "none");
        const double bits = none["bits"].toDouble();
        QCOMPARE(none["price"]["storage_percent"].toDouble(), 0.0);
        QCOMPARE(none["price"]["operations_percent"].toDouble(), 0.0);
        QCOMPARE(none["price"]["clean_loss"].toDouble(), 0.0);
        QCOMPARE(curve_of(json, "guard")["bits"].toDouble(), bits);
        for (const auto& [name, check_bits] : {std::pair("parity", 1.0), std::pair("sec-ded-39-32", 7.0), std::pair("tmr-30", 2.0)}) {
            const QJsonObject curve = curve_of(json, name);
            QCOMPARE(curve["bits"].toDouble(), bits * (1 + check_bits / 32));  // float32: a word is a code's 32 bits
            QCOMPARE(curve["price"]["storage_percent"].toDouble(), 100 * check_bits / 32);
            QVERIFY(curve["price"]["operations_percent"].toDouble() > 0);
        }
        // Four sites of LeNet-5: one threshold each; two bounds for each of 6 + 16 + 120 + 84 channels.
        QVERIFY(std::abs(curve_of(json, "clip")["price"]["storage_percent"].toDouble() - 100 * 4 * 32 / bits) < 1e-9);
        QVERIFY(std::abs(curve_of(json, "range-channel")["price"]["storage_percent"].toDouble() - 100 * 2 * 226 * 32 / bits) < 1e-9);
        // Each with each.
        QCOMPARE(json["comparisons"].toArray().size(), 2 * 7 * 6 / 2);
        const QJsonObject pareto = json["pareto"][0].toObject();
        QCOMPARE(pareto["layer"].toString(), "network");
        QCOMPARE(pareto["storage"].toArray().size(), 7);
        QVERIFY(read_bytes(folder_.filePath("csv/duel.csv")).startsWith("layer,protection,storage_percent"));
        QCOMPARE(read_bytes(folder_.filePath("csv/duel.csv")).trimmed().count('\n'), 7);
    }

    // The faults of the words are those of a sensitivity job, and a protection that changes nothing changes nothing.
    void the_unprotected_network_is_that_of_a_sensitivity_job() {
        const QJsonObject duel = run_duel({"--protections", "none,clip,sec-ded-72-64", "--rates", "1e-5,1e-4"});
        const QStringList job{"sensitivity", "--model", model_,      "--data",   data_, "--images", "100", "--layers",
                              "network",     "--rates", "1e-5,1e-4", "--trials", "3",   "--json",   "-"};
        const QJsonObject sensitivity = json_of(run_cli(job).out.toUtf8());
        QCOMPARE(curve_of(duel, "none")["points"], sensitivity["curves"][0]["points"]);
        const CliResult compared = run_cli({"compare", "--model", model_, "--data", data_, "--images", "100", "--tuning-images", "40",
                                            "--rates", "1e-5,1e-4", "--trials", "3", "--json", "-"});
        QCOMPARE(curve_of(duel, "clip")["points"], curve_of(json_of(compared.out.toUtf8()), "clip-actmax")["points"]);
        for (const QJsonValue& outcome : curve_of(duel, "sec-ded-72-64")["points"][0]["outcomes"].toArray())
            QCOMPARE(outcome["sdc"].toInt(), 0);
    }

    void rates_reach_until_all_have_failed() {
        const QJsonObject json = run_duel({"--protections", "none,range-check", "--rates", "auto"});
        const double clean = json["clean_accuracy"].toDouble();
        for (const QJsonValue& curve : json["curves"].toArray()) {
            const QJsonArray points = curve["points"].toArray();
            QVERIFY(points[0].toObject()["mean"].toDouble() > clean - 0.05);
            QVERIFY(points.last().toObject()["mean"].toDouble() < 0.5 * clean);
        }
    }

    void workers_and_precision_agree() {
        const QStringList job{"--protections", "none,guard+clip,sec-ded-39-32", "--rates", "1e-4,1e-3"};
        QCOMPARE(run_duel(job + QStringList{"--threads", "1"}), run_duel(job + QStringList{"--threads", "3"}));
        const QJsonObject precise = run_duel(job + QStringList{"--precision", "0.1"});
        for (const QJsonValue& curve : precise["curves"].toArray())
            for (const QJsonValue& point : curve["points"].toArray()) QVERIFY(point["trials"].toInt() > 0);
    }

    void a_study_keeps_a_duel_and_more_contestants_join() {
        const QString study = folder_.filePath("duel.clipscope");
        const QStringList job{"--rates", "1e-4", "--study", study};
        run_duel(job + QStringList{"--protections", "none,guard"});
        const QJsonObject all = run_duel(job + QStringList{"--protections", "none,parity"});
        QCOMPARE(all["curves"].toArray().size(), 3);
        const QJsonObject apart = run_duel({"--rates", "1e-4", "--protections", "none,guard,parity"});
        for (const char* name : {"none", "guard", "parity"}) QCOMPARE(curve_of(all, name), curve_of(apart, name));
        QVERIFY(run_cli({"study", study}).out.contains("duel"));
        const CliResult replayed = run_cli({"replay", study, "1:network:0.0001:1", "--json", "-"});
        QVERIFY2(replayed.status == 0, qPrintable(replayed.err));
        const QJsonArray outcomes = json_of(replayed.out.toUtf8())["outcomes"].toArray();
        QCOMPARE(outcomes.size(), 3);
        for (const QJsonValue& outcome : outcomes)
            for (const char* count : {"correct", "sdc", "due"}) {
                QVERIFY(outcome["stored"][QLatin1String(count)].isDouble());
                QCOMPARE(outcome[QLatin1String(count)], outcome["stored"][QLatin1String(count)]);
            }
    }

    // Check bits make a contestant's trials seldom free of faults: what the others have drawn stays, and joins it.
    void a_precise_duel_grows_by_a_code() {
        const QString study = folder_.filePath("precise.clipscope");
        const QStringList job{"--rates", "1e-5,1e-4", "--precision", "0.1", "--study", study};
        const QJsonObject two = run_duel(job + QStringList{"--protections", "none,clip"});
        QCOMPARE(two["curves"].toArray().size(), 2);
        const QJsonObject all = run_duel(job + QStringList{"--protections", "none,clip,sec-ded-39-32,guard"});
        QCOMPARE(all["curves"].toArray().size(), 4);
        for (const char* name : {"none", "clip"})
            for (int point = 0; point < 2; ++point) {
                const QJsonValue before = curve_of(two, name)["points"].toArray()[point];
                const QJsonValue after = curve_of(all, name)["points"].toArray()[point];
                QCOMPARE(after["design"], before["design"]);
                const QJsonArray kept = before["sampled_outcomes"].toArray(), now = after["sampled_outcomes"].toArray();
                for (int stratum = 0; stratum < kept.size(); ++stratum)
                    for (const QJsonValue& trial : kept[stratum].toArray()) QVERIFY(now[stratum].toArray().contains(trial));
            }
        const double words = curve_of(all, "none")["points"].toArray()[0].toObject()["design"].toObject()["fault_free"].toDouble();
        const double coded = curve_of(all, "sec-ded-39-32")["points"].toArray()[0].toObject()["design"].toObject()["fault_free"].toDouble();
        QVERIFY(std::abs(std::log(coded) / std::log(words) - 39.0 / 32) < 1e-9);
        for (const char* number : {"0/0", "0/3"}) {
            const CliResult replayed =
                run_cli({"replay", study, QStringLiteral("1:network:0.0001:") + QLatin1String(number), "--json", "-"});
            QVERIFY2(replayed.status == 0, qPrintable(replayed.err));
            for (const QJsonValue& outcome : json_of(replayed.out.toUtf8())["outcomes"].toArray())
                QVERIFY(outcome["sample"].isArray() && outcome["sample"] == outcome["stored_sample"]);
        }
    }

    void a_wrong_contestant_leaves_the_study_as_it_is() {
        const QString study = folder_.filePath("wrong.clipscope");
        const QStringList job{"duel", "--model",  model_, "--data",  data_,  "--images", "100", "--tuning-images",
                              "40",   "--trials", "2",    "--rates", "1e-4", "--study",  study, "--protections"};
        QCOMPARE(run_cli(job + QStringList{"none"}).status, 0);
        for (const char* wrong : {"none,guard@NOPE", "none,clip-tuned", "none,range@ACT-9"})
            QCOMPARE(run_cli(job + QStringList{wrong}).status, 2);
        QCOMPARE(run_cli(job + QStringList{"none,guard"}).status, 0);
    }

    // The network's file, run as any other, has the accuracy that the duel says; the plan says what was built in.
    void a_protection_is_taken_away() {
        const QString network = folder_.filePath("protected.pt"), plan = folder_.filePath("plan.json");
        for (const char* protection : {"guard+range-channel", "clip-neuron", "fitact", "backflip", "relu6", "clip"}) {
            const CliResult result = run_cli({"protect", "--model", model_, "--data", data_, "--images", "100", "--tuning-images", "40",
                                              "--protection", protection, "--output", network, "--plan", plan});
            QVERIFY2(result.status == 0, qPrintable(result.err));
            QVERIFY2(result.out.contains("the same logits on all 40 images"), qPrintable(result.out));
            const CliResult evaluated = run_cli({"evaluate", "--model", network, "--data", data_, "--images", "100", "--json", "-"});
            const QJsonObject duel = run_duel({"--protections", protection, "--rates", "1e-5", "--trials", "1"});
            QCOMPARE(json_of(evaluated.out.toUtf8())["clean_accuracy"], duel["clean_accuracy"]);
            const QJsonObject written = json_of(read_bytes(plan));
            QCOMPARE(written["protection"].toString(), protection);
            QCOMPARE(written["activations"].toArray().size(), 4);
        }
        QVERIFY(
            run_cli({"protect", "--model", model_, "--data", data_, "--protection", "guard+sec-ded-39-32@FC-1", "--plan", plan}).status ==
            0);
        const QJsonArray memory = json_of(read_bytes(plan))["memory"].toArray();
        QCOMPARE(memory.size(), 10);
        for (const QJsonValue& parameter : memory) {
            const bool is_coded = parameter["layer"].toString() == "FC-1";
            QCOMPARE(parameter["protection"].toString(), is_coded ? "sec-ded-39-32" : "guard");
            QCOMPARE(parameter["check_words"].toInt(), is_coded ? parameter["words"].toInt() : 0);
            QVERIFY(parameter["always_0"].isString() != is_coded);
        }
        const CliResult nothing = run_cli({"protect", "--model", model_, "--data", data_, "--protection", "guard", "--output", network});
        QVERIFY(nothing.status == 2 && nothing.err.contains("changes no activation"));
    }

    void a_protection_tells_its_measured_time() {
        const QString network = folder_.filePath("timed.pt"), header = folder_.filePath("plan.h"), json = folder_.filePath("timed.json");
        const QStringList job{"protect", "--model", model_, "--data", data_, "--images", "100", "--tuning-images", "40", "--protection"};
        const CliResult timed = run_cli(job + QStringList{"range-channel", "--output", network, "--plan", header, "--json", json});
        QVERIFY2(timed.status == 0, qPrintable(timed.err));
        QVERIFY2(timed.out.contains(QRegularExpression("It runs [0-9.]+ times as long as the original \\(median of \\d+ pairs, ")),
                 qPrintable(timed.out));
        const QJsonObject result = json_of(read_bytes(json));
        QCOMPARE(result["kind"].toString(), "protect");
        QCOMPARE(result["protection"].toString(), "range-channel");
        QCOMPARE(result["output"].toString(), network);
        QCOMPARE(result["images_compared"].toInt(), 40);
        QVERIFY(result["price"]["operations_percent"].toDouble() > 0);
        const QJsonObject time = result["measured_time"].toObject();
        QVERIFY(time["ratio"].toDouble() > 0 && time["original_seconds"].toDouble() > 0 && time["protected_seconds"].toDouble() > 0);
        QVERIFY(time["images"].toInt() >= 1 && time["images"].toInt() <= 40 && time["pairs"].toInt() % 2 == 1);
        QVERIFY(read_bytes(header).contains("_PROTECTED_SITES = 4 "));

        const CliResult untimed = run_cli(job + QStringList{"relu6", "--output", network, "--no-timing", "--json", "-"});
        QVERIFY2(untimed.status == 0, qPrintable(untimed.err));
        const QJsonObject quick = json_of(untimed.out.toUtf8());
        QVERIFY(!quick.contains("measured_time") && !quick.contains("plan"));
        const CliResult no_header = run_cli(job + QStringList{"guard", "--plan", header});
        QVERIFY2(no_header.status == 2 && no_header.err.contains("a C header holds activations alone"), qPrintable(no_header.err));
        const CliResult no_onnx = run_cli(job + QStringList{"range", "--output", folder_.filePath("none.onnx")});
        QVERIFY2(no_onnx.status == 2 && no_onnx.err.contains("ends in .pt"), qPrintable(no_onnx.err));
    }

    // Its steps are what duels of the same sets measure.
    void what_to_protect_first_is_what_pays_most() {
        const QStringList common{"--model", model_, "--data", data_, "--images", "100", "--trials", "8", "--json", "-"};
        const QString rate = "2e-4";
        const auto first = [&](const QStringList& more) {
            return json_of(run_cli(QStringList{"protect-first", "--rate", rate} + common + more).out.toUtf8());
        };
        const QJsonObject found = first({"--protection", "sec-ded-39-32"});
        const QJsonArray steps = found["steps"].toArray();
        QCOMPARE(steps.size(), 5);
        const QJsonObject singles = json_of(run_cli(QStringList{"duel", "--rates", rate, "--protections",
                                                                "none,sec-ded-39-32@CONV-1,sec-ded-39-32@CONV-2,sec-ded-39-32@FC-1,sec-ded-"
                                                                "39-32@FC-2,sec-ded-39-32@FC-3,sec-ded-39-32"} +
                                                    common)
                                                .out.toUtf8());
        const auto mean = [&](const QString& name) { return curve_of(singles, name)["points"].toArray()[0].toObject()["mean"].toDouble(); };
        QCOMPARE(found["unprotected"]["mean"].toDouble(), mean("none"));
        QCOMPARE(found["all"]["mean"].toDouble(), mean("sec-ded-39-32"));
        QCOMPARE(steps.last().toObject()["mean"].toDouble(), mean("sec-ded-39-32"));
        QString best;
        double most = -1;
        for (const char* layer : {"CONV-1", "CONV-2", "FC-1", "FC-2", "FC-3"}) {
            const QString name = QStringLiteral("sec-ded-39-32@") + layer;
            const double gain = (mean(name) - mean("none")) / curve_of(singles, name)["price"]["storage_percent"].toDouble();
            if (gain <= most) continue;
            most = gain;
            best = layer;
        }
        QCOMPARE(steps.first().toObject()["name"].toString(), best);
        QCOMPARE(steps.first().toObject()["mean"].toDouble(), mean("sec-ded-39-32@" + best));
        QVERIFY(found["in_words"].toString().contains("of the gain"));
        for (const QJsonValue& step : first({"--budget", "5"})["steps"].toArray()) QVERIFY(step["storage_percent"].toDouble() <= 5);
        QCOMPARE(first({"--by", "bits", "--budget", "13"})["steps"].toArray().size(), 2);
        QCOMPARE(first({"--layers", "everything"})["steps"].toArray().size(), 5);  // thresholds are not stored here
        const CliResult wrong = run_cli({"protect-first", "--model", model_, "--data", data_, "--protection", "clip"});
        QVERIFY(wrong.status == 2 && wrong.err.contains("no protection of stored words"));
    }

    void wrong_usage_is_one_sentence_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("says");
        QTest::newRow("no such one") << QStringList{"--protections", "none,armour"} << 2 << "'armour' is not a protection";
        QTest::newRow("no such layer") << QStringList{"--protections", "guard@FC-9"} << 2 << "'FC-9' is no layer";
        QTest::newRow("no such site") << QStringList{"--protections", "clip@ACT-9"} << 2 << "no activation site";
        QTest::newRow("not tuned") << QStringList{"--protections", "clip-tuned"} << 2 << "needs tuned thresholds";
        QTest::newRow("twice") << QStringList{"--protections", "guard+parity"} << 2 << "the same words twice";
    }
    void wrong_usage_is_one_sentence() {
        QFETCH(QStringList, arguments);
        QFETCH(int, status);
        QFETCH(QString, says);
        const CliResult result = run_cli(QStringList{"duel", "--model", model_, "--data", data_, "--rates", "1e-4"} + arguments);
        QCOMPARE(result.status, status);
        QVERIFY2(result.err.contains(says), qPrintable(result.err));
    }

private:
    QJsonObject run_duel(const QStringList& arguments) {
        QStringList all{"duel", "--model", model_, "--data", data_, "--images", "100", "--tuning-images", "40", "--json", "-"};
        if (!arguments.contains("--precision"))
            all << "--trials"
                << "3";
        if (!arguments.contains("--rates"))
            all << "--rates"
                << "1e-4,1e-3";
        const CliResult result = run_cli(all + arguments);
        if (result.status != 0) qWarning("%s", qPrintable(result.err));
        return json_of(result.out.toUtf8());
    }

    QTemporaryDir folder_;
    QString data_, model_;
};

QTEST_GUILESS_MAIN(TestCliDuel)
#include "test_cli_duel.moc"
