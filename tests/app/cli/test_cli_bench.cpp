// What `clipscope-cli bench` writes, on a workload small enough for every machine.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include "cli_program.h"

namespace {

void check_measurement(const QJsonObject& measured) {
    for (const char* key : {"ratio", "ratios", "seconds_per_trial", "trials", "peak_bytes", "kept_bytes", "trials_compared",
                            "trials_that_differ", "images_that_differ", "multiplications_per_trial", "full_passes"})
        QVERIFY2(measured.contains(key), key);
    QVERIFY(measured["ratio"].toDouble() > 0);
    QCOMPARE(measured["ratios"].toArray().size(), 1);
    QVERIFY(measured["trials"].toInt() > 0);
    QVERIFY(measured["kept_bytes"].toDouble() > 0);
}

}  // namespace

class TestCliBench : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        data_ = folder_.filePath("idx");
        make_idx_folder(data_);
    }

    void measures_every_workload_beside_the_plain_loop() {
        const QString file = folder_.filePath("bench.json");
        const CliResult result = run_cli(bench({"--repeats", "1", "--plain-trials", "0", "--json", file}));
        QVERIFY2(result.status == 0, qPrintable(result.err));
        QVERIFY2(result.err.isEmpty(), qPrintable(result.err));
        const QJsonObject json = json_of(read_bytes(file));
        QCOMPARE(json["images"].toInt(), 20);
        QCOMPARE(json["rates"].toArray(), QJsonArray({1e-4, 1e-3}));  // 0 is left out
        QStringList names;
        for (const QJsonValue& value : json["workloads"].toArray()) {
            const QJsonObject workload = value.toObject();
            names += workload["name"].toString();
            check_measurement(workload);
            check_measurement(workload["exact"].toObject());
            QCOMPARE(workload["plain"]["one_in"].toInt(), 1);
            QCOMPARE(workload["plain"]["trials"].toInt(), workload["trials"].toInt());
            QCOMPARE(workload["trials_compared"].toInt(), workload["trials"].toInt());
            QVERIFY(workload["exact"]["trials_compared"].toInt() > 0);
            QCOMPARE(workload["exact"]["trials_that_differ"].toInt(), 0);
            QCOMPARE(workload["exact"]["images_that_differ"].toInt(), 0);
            QVERIFY2(result.out.contains(names.last()), qPrintable(result.out));
        }
        QCOMPARE(names, QStringList({"sensitivity-per-layer", "threshold-search", "sensitivity-network"}));
        QCOMPARE(json["workloads"][0]["trials"].toInt(), 5 * 2 * 3);  // layers × rates × trials
        QCOMPARE(json["workloads"][2]["trials"].toInt(), 2 * 3);
    }

    void says_how_many_trials_the_plain_loop_ran() {
        const CliResult result =
            run_cli(bench({"--workloads", "sensitivity-per-layer", "--repeats", "1", "--plain-trials", "7", "--no-exact"}));
        QVERIFY2(result.status == 0, qPrintable(result.err));
        QVERIFY2(result.out.contains("the plain loop ran one in 5 trials, 6 a repeat"), qPrintable(result.out));
        QVERIFY(!result.out.contains("threshold-search") && !result.out.contains("exact"));
    }

    void scaling_is_a_table_and_json() {
        const QString file = folder_.filePath("scaling.json");
        const CliResult result = run_cli(bench({"--scaling", "--repeats", "1", "--json", file}));
        QVERIFY2(result.status == 0, qPrintable(result.err));
        QHash<QString, double> largest;
        for (const QJsonValue& point : json_of(read_bytes(file))["scaling"].toArray()) {
            QVERIFY(point["seconds"].toDouble() > 0 && point["relative_seconds"].toDouble() > 0);
            largest[point["factor"].toString()] = point["relative_value"].toDouble();
        }
        QCOMPARE(largest, (QHash<QString, double>{{"images", 4}, {"trials", 3}, {"layers", 5}, {"threads", 2}}));
        QVERIFY2(result.out.contains("Times as long"), qPrintable(result.out));
    }

    void wrong_options_are_usage_errors() {
        for (const QStringList& options :
             {QStringList{"--workloads", "harden"}, {"--rates", "0"}, {"--repeats", "0"}, {"--plain-trials", "-1"}}) {
            const CliResult result = run_cli(bench(options));
            QVERIFY2(result.status == 2, qPrintable(options.join(' ')));
            QVERIFY2(is_one_sentence(result.err), qPrintable(result.err));
        }
    }

private:
    // The bundled LeNet-5 on 20 images.
    QStringList bench(const QStringList& options) const {
        return QStringList{"bench",    "--data", data_,       "--images", "first:20", "--rates", "0,1e-4,1e-3",
                           "--trials", "3",      "--threads", "2",        "--chunk",  "8"} +
               options;
    }

    QTemporaryDir folder_;
    QString data_;
};

QTEST_GUILESS_MAIN(TestCliBench)
#include "test_cli_bench.moc"
