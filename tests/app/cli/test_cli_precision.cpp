// Jobs that run until a wanted precision: options, results, plans, studies, replays.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include "cli_program.h"

class TestCliPrecision : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        QVERIFY(make_data_and_model(folder_.path(), data_, model_).status == 0);
    }

    void every_mean_reaches_the_width() {
        const QJsonObject json = run_job({"--layers", "CONV-2,network", "--rates", "0,1e-5,1e-4", "--precision", "0.06"});
        QCOMPARE(json["precision"].toDouble(), 0.06);
        QCOMPARE(json["curves"].toArray().size(), 2);
        QVERIFY(!json["pilot"]["cells"].toArray().isEmpty());
        for (const QJsonValue& curve : json["curves"].toArray()) {
            QCOMPARE(curve["points"].toArray().size(), 3);
            QVERIFY(curve["auc"].isDouble());
            for (const QJsonValue& point : curve["points"].toArray()) {
                QVERIFY(point["half_width"].toDouble() <= 0.06);
                QVERIFY(point["image_evaluations"].toInt() > 0);
                QCOMPARE(point["whole_trials"].toInt(), 0);
                QVERIFY(point["median"].isNull() && point["min"].isNull() && point["sd"].isNull());
                const QJsonArray interval = point["ci95"].toArray();
                QVERIFY(interval[0].toDouble() <= point["mean"].toDouble() && point["mean"].toDouble() <= interval[1].toDouble());
                double weights = 0;
                for (const QJsonValue& stratum : point["design"]["strata"].toArray()) weights += stratum["weight"].toDouble();
                QVERIFY(std::abs(weights - 1) < 1e-9);
            }
        }
    }

    void whole_trials_come_beside() {
        const QJsonObject json = run_job({"--layers", "network", "--rates", "1e-4", "--precision", "0.08", "--trials", "6"});
        const QJsonValue point = json["curves"][0]["points"][0];
        QCOMPARE(point["whole_trials"].toInt(), 6);
        QCOMPARE(point["outcomes"].toArray().size(), 6);
        QVERIFY(point["median"].isDouble() && point["trials"].toInt() > 6);
    }

    void workers_change_nothing() {
        const QStringList job{"--layers", "network", "--rates", "1e-5,1e-4", "--precision", "0.08"};
        QCOMPARE(run_job(job + QStringList{"--threads", "1"}), run_job(job + QStringList{"--threads", "3"}));
    }

    void a_study_keeps_samples_and_goes_on() {
        const QString study = folder_.filePath("precise.clipscope");
        const QStringList job{"--layers", "network", "--rates", "1e-5,1e-4", "--study", study};
        const QJsonObject wide = run_job(job + QStringList{"--precision", "0.1"});
        QCOMPARE(run_job(job + QStringList{"--precision", "0.1"}), wide);
        const QJsonObject narrow = run_job(job + QStringList{"--precision", "0.05"});
        QVERIFY(narrow["curves"][0]["points"][0]["trials"].toInt() >= wide["curves"][0]["points"][0]["trials"].toInt());
        const CliResult replayed = run_cli({"replay", study, "1:network:0.0001:0/1", "--json", "-"});
        QVERIFY2(replayed.status == 0, qPrintable(replayed.err));
        const QJsonValue outcome = json_of(replayed.out.toUtf8())["outcomes"][0];
        QVERIFY(outcome["sample"].isArray() && outcome["sample"] == outcome["stored_sample"]);
        const QString exported = folder_.filePath("tables");
        QCOMPARE(run_cli({"export", study, "--csv", exported}).status, 0);
        // A job beside it that asked for no precision has the same columns, empty.
        QCOMPARE(run_cli({"sensitivity", "--model", model_, "--data", data_, "--images", "60", "--layers", "network", "--rates", "1e-4",
                          "--trials", "2", "--study", study})
                     .status,
                 0);
        QCOMPARE(run_cli({"export", study, "--csv", exported}).status, 0);
        const QList<QByteArray> lines = read_bytes(exported + "/points.csv").trimmed().split('\n');
        QVERIFY(lines.front().contains("half_width_fraction"));
        for (const QByteArray& line : lines) QCOMPARE(line.count(','), lines.front().count(','));
        QVERIFY(run_cli({"study", study}).out.contains("sensitivity"));
    }

    void thresholds_are_searched_to_a_precision() {
        const QStringList job{"harden",    "--model", model_, "--data", data_, "--tuning-images", "40", "--rates",
                              "1e-4,1e-3", "--n",     "3",    "--m",    "1",   "--precision",     "0.1"};
        const QString study = folder_.filePath("harden.clipscope");
        const CliResult first = run_cli(job + QStringList{"--study", study, "--json", "-"});
        QVERIFY2(first.status == 0, qPrintable(first.err));
        const QJsonObject json = json_of(first.out.toUtf8());
        QCOMPARE(json["precision"].toDouble(), 0.1);
        QCOMPARE(json["trials"].toInt(), 0);
        for (const QJsonValue& search : json["searches"].toArray()) {
            for (const QJsonValue& evaluation : search["evaluations"].toArray()) {
                const QJsonArray interval = evaluation["auc_ci95"].toArray();
                QVERIFY((interval[1].toDouble() - interval[0].toDouble()) / 2 <= 0.1);
                QCOMPARE(evaluation["rate_trials"].toArray().size(), 2);
            }
        }
        // What the study has is not measured again and says the same; without a study likewise.
        QCOMPARE(run_cli(job + QStringList{"--study", study, "--json", "-"}).out, first.out);
        QCOMPARE(json_of(run_cli(job + QStringList{"--json", "-"}).out.toUtf8())["searches"], json["searches"]);
        const CliResult both = run_cli(job + QStringList{"--trials", "5"});
        QVERIFY(both.status == 2 && both.err.contains("--trials"));
        const CliResult swept =
            run_cli({"sweep", "--model", model_, "--data", data_, "--tuning-images", "40", "--site", "ACT-1", "--grid", "1:1:1",
                     "--grid-unit", "ACT_max", "--rates", "1e-4,1e-3", "--precision", "0.1", "--at-most", "1h"});
        QVERIFY2(swept.status == 0 && swept.out.contains("every AUC to ± 0.1"), qPrintable(swept.err + swept.out));
    }

    void a_plan_is_told() {
        const CliResult planned = run_cli({"plan", "--model", model_, "--data", data_, "--images", "60", "--layers", "network", "--rates",
                                           "1e-5,1e-4", "--precision", "0.05", "--json", "-"});
        QVERIFY2(planned.status == 0, qPrintable(planned.err));
        const QJsonObject plan = json_of(planned.out.toUtf8());
        QCOMPARE(plan["points"].toArray().size(), 2);
        for (const char* field : {"trials", "image_evaluations", "seconds", "plain_trials", "plain_seconds"})
            QVERIFY2(plan[field].toDouble() > 0, field);
    }

    void comparisons_are_as_precise_as_asked() {
        const CliResult compared = run_cli({"compare", "--model", model_, "--data", data_, "--images", "60", "--tuning-images", "30",
                                            "--rates", "1e-4", "--precision", "0.1", "--json", "-"});
        QVERIFY2(compared.status == 0, qPrintable(compared.err));
        const QJsonValue rate = json_of(compared.out.toUtf8())["comparisons"][0]["rates"][0];
        const QJsonArray interval = rate["difference"]["ci95"].toArray();
        QVERIFY((interval[1].toDouble() - interval[0].toDouble()) / 2 <= 0.1);
        QVERIFY(rate["first_worst"].isNull());
    }

    void the_time_to_an_interval_is_measured() {
        const CliResult bench = run_cli({"bench", "--model", model_, "--data", data_, "--images", "60", "--rates", "1e-4", "--trials", "3",
                                         "--repeats", "1", "--precision", "0.1", "--workloads", "time-to-interval", "--json", "-"});
        QVERIFY2(bench.status == 0, qPrintable(bench.err));
        const QJsonValue workload = json_of(bench.out.toUtf8())["workloads"][0];
        QCOMPARE(workload["name"].toString(), QString("time-to-interval"));
        QVERIFY(workload["ratio"].toDouble() > 0 && workload["ratio_to_plain_loop"].toDouble() > 0);
    }

    void senseless_options_are_refused_data() {
        QTest::addColumn<QStringList>("options");
        QTest::newRow("half of all") << QStringList{"--precision", "0.5"};
        QTest::newRow("negative") << QStringList{"--precision", "-0.01"};
        QTest::newRow("no number") << QStringList{"--precision", "narrow"};
        QTest::newRow("a comma") << QStringList{"--precision", "0,01"};
        QTest::newRow("time without precision") << QStringList{"--at-most", "10min"};
        QTest::newRow("no time") << QStringList{"--precision", "0.1", "--at-most", "soon"};
        QTest::newRow("no time at all") << QStringList{"--precision", "0.1", "--at-most", "0s"};
        QTest::newRow("fewer than no trials") << QStringList{"--precision", "0.1", "--trials", "-1"};
        QTest::newRow("no trials, no precision") << QStringList{"--trials", "0"};
    }
    void senseless_options_are_refused() {
        QFETCH(QStringList, options);
        const CliResult refused = run_cli(QStringList{"sensitivity", "--model", model_, "--data", data_, "--rates", "1e-4"} + options);
        QCOMPARE(refused.status, 2);
        QCOMPARE(refused.err.count('\n'), 1);
    }

private:
    QJsonObject run_job(const QStringList& options) {
        const CliResult done =
            run_cli(QStringList{"sensitivity", "--model", model_, "--data", data_, "--images", "60", "--json", "-"} + options);
        if (done.status != 0) qWarning() << done.err;
        return json_of(done.out.toUtf8());
    }

    QTemporaryDir folder_;
    QString data_;
    QString model_;
};

QTEST_GUILESS_MAIN(TestCliPrecision)
#include "test_cli_precision.moc"
