// profile, sweep, harden and compare as users run them: tables, JSON, CSV and files, whole or interrupted.
#include <signal.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "cli_program.h"

namespace {

QJsonObject json_file(const QString& path) {
    return QJsonDocument::fromJson(read_bytes(path)).object();
}

int line_count(const QString& path) {
    return int(read_bytes(path).count('\n'));
}

}  // namespace

class TestCliTuning : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        const CliResult trained = make_data_and_model(folder_.path(), data_, model_);
        QVERIFY2(trained.status == 0, qPrintable(trained.err));
    }

    void profile_tells_act_max_and_what_faults_do() {
        const QString json = folder_.filePath("profile.json");
        const QString csv = folder_.filePath("profile");
        const CliResult result =
            run_cli(QStringList{"profile", "--layers", "network", "--rates", "1e-3", "--json", json, "--csv", csv} + common());
        QVERIFY2(result.status == 0, qPrintable(result.err));
        QVERIFY(result.out.contains("ACT_max") && result.out.contains("40 tuning images") &&
                result.out.contains("may have been trained on"));
        const QJsonObject profile = json_file(json);
        QCOMPARE(profile["kind"].toString(), QString("profile"));
        QCOMPARE(profile["images_trained_on"].toString(), QString("likely"));
        QCOMPARE(profile["sites"].toArray().size(), 4);
        QCOMPARE(profile["activations"].toArray().size(), 8);
        const QJsonObject site = profile["sites"][0].toObject();
        const QJsonObject clean = profile["activations"][0].toObject()["histogram"].toObject();
        QCOMPARE(float(clean["max"].toDouble()), float(site["act_max"].toDouble()));
        QCOMPARE(clean["total"].toInt(), 40 * 6 * 28 * 28);
        QVERIFY(line_count(csv + "/histograms.csv") > 20);
        QVERIFY(!QFile::exists(csv + "/thresholds.csv"));
    }

    void sweep_measures_every_threshold() {
        const QString json = folder_.filePath("sweep.json");
        const CliResult result = run_cli(QStringList{"sweep", "--site", "act-2", "--grid", "0:2:5", "--json", json} + common() + faults());
        QVERIFY2(result.status == 0, qPrintable(result.err));
        const QJsonObject sweep = json_file(json)["sweeps"][0].toObject();
        QCOMPARE(sweep["site"].toString(), QString("ACT-2"));
        QCOMPARE(sweep["scope"].toString(), QString("CONV-2"));
        QCOMPARE(sweep["points"].toArray().size(), 5);
        QCOMPARE(sweep["points"][1].toObject()["threshold"].toDouble(), 0.5);
        QCOMPARE(sweep["unclipped"].toObject()["trial_aucs"].toArray().size(), 3);

        const CliResult relative = run_cli(
            QStringList{"sweep", "--site", "ACT-2", "--grid", "0:1:2", "--grid-unit", "act_max", "--json", "-"} + common() + faults());
        const QJsonObject in_act_max = QJsonDocument::fromJson(relative.out.toUtf8()).object()["sweeps"][0].toObject();
        QCOMPARE(in_act_max["points"][1].toObject()["threshold"].toDouble(), in_act_max["act_max"].toDouble());
        QCOMPARE(in_act_max["unclipped"], sweep["unclipped"]);
    }

    void exact_sweeps_and_comparisons() {
        const QString json = folder_.filePath("exact.json");
        const QStringList sweep = QStringList{"sweep", "--site", "act-2", "--grid", "0:2:3", "--json", json} + common() + faults();
        QCOMPARE(run_cli(sweep + QStringList{"--exact"}).status, 0);
        QCOMPARE(json_file(json)["sweeps"][0].toObject()["points"].toArray().size(), 3);
        QCOMPARE(run_cli(QStringList{"compare", "--exact", "--json", json} + common() + faults()).status, 0);
        QCOMPARE(json_file(json)["curves"].toArray().size(), 2);
    }

    void harden_and_compare() {
        const QString hardened = folder_.filePath("hardened.pt"), thresholds = folder_.filePath("thresholds.json");
        const QString json = folder_.filePath("harden.json"), csv = folder_.filePath("harden");
        const CliResult result = run_cli(QStringList{"harden", "--output", hardened, "--thresholds-output", thresholds, "--json", json,
                                                     "--csv", csv, "--n", "3", "--m", "1"} +
                                         common() + faults());
        QVERIFY2(result.status == 0, qPrintable(result.err));
        QVERIFY(result.out.contains("same logits on all 40 images"));
        QCOMPARE(line_count(csv + "/thresholds.csv"), 5);
        const QJsonObject found = json_file(thresholds);
        QCOMPARE(found["version"].toInt(), 1);
        QCOMPARE(found["model_sha256"].toString().size(), 64);
        QCOMPARE(found["sites"].toArray().size(), 4);
        for (const QJsonValue& site : found["sites"].toArray()) {
            QVERIFY(site["threshold"].toDouble() <= site["act_max"].toDouble());
            QVERIFY(site["auc_after"].toDouble() >= site["auc_before"].toDouble());
            QCOMPARE(site["fed_by"].toArray().size(), 1);
        }
        QCOMPARE(run_cli({"info", hardened}).status, 0);

        const QString compared = folder_.filePath("compare.json"), tables = folder_.filePath("compare");
        const CliResult comparison =
            run_cli(QStringList{"compare", "--thresholds", thresholds, "--json", compared, "--csv", tables} + common() + faults());
        QVERIFY2(comparison.status == 0, qPrintable(comparison.err));
        QVERIFY(comparison.out.contains("clip-tuned against none") && comparison.out.contains("Worst after"));
        const QJsonObject curves = json_file(compared);
        QCOMPARE(curves["curves"].toArray().size(), 3);
        QCOMPARE(curves["curves"][2].toObject()["protection"].toString(), QString("clip-tuned"));
        QCOMPARE(curves["comparisons"].toArray().size(), 6);
        QVERIFY(curves["curves"][1].toObject()["auc"].toDouble() > curves["curves"][0].toObject()["auc"].toDouble());
        QCOMPARE(line_count(tables + "/comparisons.csv"), 1 + 6 * 3);
        QCOMPARE(line_count(tables + "/trials.csv"), 1 + 3 * 3 * 3);

        // Thresholds of another model.
        write_bytes(thresholds, read_bytes(thresholds).replace("\"model_sha256\": \"", "\"model_sha256\": \"0"));
        const CliResult refused = run_cli(QStringList{"compare", "--thresholds", thresholds} + common() + faults());
        QCOMPARE(refused.status, 1);
        QVERIFY2(is_one_sentence(refused.err) && refused.err.contains("model_sha256"), qPrintable(refused.err));
    }

    // Thresholds for another protection: searched, kept by a study, compared in a duel beside those for clipping, written into a network.
    void another_protection_is_hardened() {
        const QString file = folder_.filePath("range.json"), json = folder_.filePath("range-harden.json");
        const QString clip = folder_.filePath("clip.json"), study = folder_.filePath("range.clipscope");
        const QStringList search = QStringList{"--n", "3", "--m", "1"} + common() + faults();
        const CliResult result = run_cli(QStringList{"harden", "--protection", "range", "--study", study, "--thresholds-output", file,
                                                     "--json", json, "--output", folder_.filePath("range.pt")} +
                                         search);
        QVERIFY2(result.status == 0, qPrintable(result.err));
        QVERIFY(result.out.contains("sites protected by range") && result.out.contains("same logits on all 40 images"));
        QCOMPARE(json_file(json)["protection"].toString(), QString("range"));
        for (const QJsonValue& site : json_file(file)["sites"].toArray()) QCOMPARE(site["protection"].toString(), QString("range"));
        // Again it is the same job, of which nothing is left to do; for clipping it is another.
        QCOMPARE(
            run_cli(QStringList{"harden", "--protection", "range", "--study", study, "--thresholds-output", file + "2"} + search).status,
            0);
        QCOMPARE(read_bytes(file + "2"), read_bytes(file));
        QCOMPARE(run_cli(QStringList{"harden", "--study", study, "--thresholds-output", clip} + search).status, 0);
        QVERIFY(!read_bytes(clip).contains("protection"));

        const QString duel = folder_.filePath("range-duel.json");
        const CliResult compared =
            run_cli(QStringList{"duel", "--protections", "none,clip-tuned,range,range-tuned", "--thresholds", clip, file, "--json", duel} +
                    common() + faults());
        QVERIFY2(compared.status == 0, qPrintable(compared.err));
        QCOMPARE(json_file(duel)["curves"].toArray().size(), 4);
        for (const QStringList& refused :
             {QStringList{"duel", "--protections", "clip-tuned", "--thresholds", file}, QStringList{"compare", "--thresholds", file},
              QStringList{"duel", "--protections", "range-tuned", "--thresholds", file, file},
              QStringList{"harden", "--thresholds", file, "--thresholds-output", folder_.filePath("r.h")}}) {
            const CliResult failed = run_cli(refused + common() + faults());
            QVERIFY2(failed.status != 0 && is_one_sentence(failed.err), qPrintable(failed.err));
        }
        const CliResult applied =
            run_cli(QStringList{"harden", "--thresholds", file, "--output", folder_.filePath("applied.pt")} + common() + faults());
        QVERIFY2(applied.status == 0 && applied.out.contains("same logits on all 40 images"), qPrintable(applied.err));
    }

    void a_hardened_file_says_how_its_images_enter() {
        // A file that does not say how its images are normalised, as Python writes them.
        const QString bare = QString(CLIPSCOPE_SHARED_DIR) + "/models/alexnet_cifar10_traced.pt";
        if (!QFile::exists(bare)) QSKIP("the shared models are not here");
        const QString hardened = folder_.filePath("says.pt"), thresholds = folder_.filePath("by-hand.json");
        make_cifar_folder(folder_.filePath("cifar"), 20);
        write_bytes(thresholds, R"({"version":1,"sites":[{"site":"ACT-1","threshold":1e30}]})");
        const QStringList data = {"--data", folder_.filePath("cifar"), "--images", "10"};
        QCOMPARE(run_cli(QStringList{"evaluate", "--model", bare} + data).status, 2);
        const CliResult made = run_cli(QStringList{"harden", "--model", bare, "--normalize", "cifar10", "--tuning-images", "5",
                                                   "--tuning-split", "test", "--thresholds", thresholds, "--output", hardened} +
                                       data);
        QVERIFY2(made.status == 0, qPrintable(made.err));
        const auto correct_of = [&](const QStringList& options) {
            const CliResult result = run_cli(QStringList{"evaluate", "--json", "-"} + data + options);
            return QJsonDocument::fromJson(result.out.toUtf8()).object()["correct"].toInt(-1);
        };
        QCOMPARE(correct_of({"--model", hardened}), correct_of({"--model", bare, "--normalize", "cifar10"}));
        QVERIFY(correct_of({"--model", hardened}) >= 0);
        const QString info = run_cli({"info", hardened}).out;
        QVERIFY2(info.contains("Normalisation  cifar10") && info.contains("Input          3×32×32") && info.contains("Classes        10"),
                 qPrintable(info));
    }

    void rates_are_suggested_where_none_are_given() {
        const CliResult result = run_cli(QStringList{"compare", "--trials", "2", "--json", "-"} + common());
        QVERIFY2(result.status == 0, qPrintable(result.err));
        const QJsonObject json = QJsonDocument::fromJson(result.out.toUtf8()).object();
        QCOMPARE(json["rates"].toArray().size(), 7);
        QCOMPARE(json["curves"].toArray().size(), 2);  // without thresholds
        const CliResult alone = run_cli(QStringList{"sensitivity", "--rates", "auto", "--trials", "1", "--layers", "network", "--json", "-",
                                                    "--model", model_, "--data", data_, "--images", "20"});
        QCOMPARE(QJsonDocument::fromJson(alone.out.toUtf8()).object()["rates"].toArray().size(), 7);
    }

    void tuning_images_are_never_evaluated() {
        // One split only: 200 test images. 150 of them are evaluated, so at most 50 are left.
        const QString folder = folder_.filePath("one-split");
        QDir().mkpath(folder);
        for (const QString& file : QDir(data_).entryList({"t10k*"})) QFile::copy(data_ + "/" + file, folder + "/" + file);
        const QStringList arguments = {"profile", "--model", model_, "--data", folder, "--tuning-images", "all", "--json", "-", "--images"};
        const QJsonObject json = QJsonDocument::fromJson(run_cli(arguments + QStringList{"150"}).out.toUtf8()).object();
        QCOMPARE(json["images"].toInt(), 50);
        QCOMPARE(json["images_trained_on"].toString(), QString("no"));
        const CliResult none_left = run_cli(arguments + QStringList{"all"});
        QCOMPARE(none_left.status, 1);
        QVERIFY2(is_one_sentence(none_left.err) && none_left.err.contains("takes all images"), qPrintable(none_left.err));
    }

    void interruption_keeps_the_sites_that_are_done() {
        const QString json = folder_.filePath("stopped.json"), hardened = folder_.filePath("stopped.pt");
        QProcess process;
        process.start(cli_program(),
                      QStringList{"harden", "--json", json, "--output", hardened, "--trials", "1000000", "--rates", "1e-3"} + common());
        QVERIFY(process.waitForStarted());
        QVERIFY(!process.waitForFinished(8'000));
        kill(pid_t(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(20'000));
        QCOMPARE(process.exitCode(), 130);
        const QString err = QString::fromUtf8(process.readAllStandardError());
        QVERIFY2(err.contains("kept"), qPrintable(err));
        QCOMPARE(json_file(json)["activations"].toArray().size(), 4);
        QVERIFY(!QFile::exists(hardened));
    }

    void wrong_usage_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("names");
        QTest::newRow("no site") << QStringList{"sweep"} << "--site";
        QTest::newRow("unknown site") << QStringList{"sweep", "--site", "ACT-9"} << "ACT-9";
        QTest::newRow("no grid") << QStringList{"sweep", "--site", "ACT-1", "--grid", "0:1"} << "0:1";
        QTest::newRow("m") << QStringList{"harden", "--m", "5"} << "M";
        QTest::newRow("algorithm") << QStringList{"harden", "--algorithm", "best"} << "best";
        QTest::newRow("no bound") << QStringList{"harden", "--protection", "relu6"} << "relu6";
        QTest::newRow("scope") << QStringList{"harden", "--scope", "nowhere"} << "nowhere";
        QTest::newRow("rates") << QStringList{"harden", "--rates", "2"} << "2";
        QTest::newRow("thresholds without output") << QStringList{"harden", "--thresholds", "t.json"} << "--output";
        QTest::newRow("layers without rates") << QStringList{"profile", "--layers", "network"} << "--rates";
    }
    void wrong_usage() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, names);
        const CliResult result = run_cli(arguments + common());
        QCOMPARE(result.status, 2);
        QVERIFY2(is_one_sentence(result.err) && result.err.contains(names), qPrintable(result.err));
    }

private:
    QStringList common() const {
        return {"--model", model_, "--data", data_, "--images", "60", "--tuning-images", "40", "--threads", "2", "--chunk", "20"};
    }
    static QStringList faults() { return {"--rates", "1e-5,1e-4,1e-3", "--trials", "3"}; }

    QTemporaryDir folder_;
    QString data_;
    QString model_;
};

QTEST_GUILESS_MAIN(TestCliTuning)
#include "test_cli_tuning.moc"
