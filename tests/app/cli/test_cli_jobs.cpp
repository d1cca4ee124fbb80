// What clipscope-cli's jobs write: tables, JSON, CSV and lists of faults, whole or interrupted.
#include <signal.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>

#include "cli_program.h"

namespace {

QStringList lines_of(const QString& path) {
    return QString::fromUtf8(read_bytes(path)).split('\n', Qt::SkipEmptyParts);
}

// Trials at all points of all curves.
int trials_in(const QJsonObject& result) {
    int trials = 0;
    for (const QJsonValue& curve : result["curves"].toArray()) {
        for (const QJsonValue& point : curve["points"].toArray()) trials += point["trials"].toInt();
    }
    return trials;
}

}  // namespace

class TestCliJobs : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        const CliResult trained = make_data_and_model(folder_.path(), data_, model_);
        QVERIFY2(trained.status == 0, qPrintable(trained.err));
        QVERIFY2(trained.err.isEmpty(), qPrintable(trained.err));  // no progress where stderr is no terminal
        QVERIFY(trained.out.contains(model_) && trained.out.contains("lenet5"));
    }

    void info_describes_lenet5() {
        const CliResult result = run_cli({"info", model_, "--json", "-"});
        QCOMPARE(result.status, 0);
        const QJsonObject json = json_of(result.out.toUtf8());
        QStringList names;
        int parameters = 0;
        for (const QJsonValue& layer : json["layers"].toArray()) {
            names += layer["name"].toString();
            parameters += layer["parameters"].toInt();
            QCOMPARE(layer["bits"].toInt(), 32 * layer["parameters"].toInt());
            QVERIFY(!layer["path"].toString().isEmpty() && !layer["kind"].toString().isEmpty() && !layer["shape"].toArray().isEmpty());
        }
        QCOMPARE(names, QStringList({"CONV-1", "CONV-2", "FC-1", "FC-2", "FC-3"}));
        QCOMPARE(parameters, 61706);  // LeCun's LeNet-5 with fully connected maps
        QCOMPARE(json["parameters"].toInt(), 61706);
        QCOMPARE(json["fault_bits"].toInt(), 61706 * 32);
        QCOMPARE(json["sites"].toArray().size(), 4);
        QCOMPARE(json["sites"][3]["fed_by"].toArray(), QJsonArray({"FC-2"}));

        const QString table = run_cli({"info", model_}).out;
        QVERIFY2(table.contains("61,706 parameters") && table.contains("ACT-4"), qPrintable(table));
    }

    // On stderr, with or without a study, and nothing else changes.
    void doubtful_input_is_warned_of_data() {
        QTest::addColumn<QStringList>("command");
        QTest::newRow("evaluate") << QStringList{"evaluate"};
        QTest::newRow("sensitivity") << QStringList{"sensitivity", "--rates", "0", "--trials", "1"};
        QTest::newRow("in a study") << QStringList{
            "sensitivity", "--rates", "0", "--trials", "1", "--study", folder_.filePath("doubt.clipscope")};
        QTest::newRow("profile") << QStringList{"profile"};
    }
    void doubtful_input_is_warned_of() {
        QFETCH(QStringList, command);
        command << "--model" << model_ << "--data" << data_ << "--images"
                << "100"
                << "--json"
                << "-";
        const CliResult good = run_cli(command);
        QVERIFY2(good.status == 0 && !good.err.contains("Warning"), qPrintable(good.err));
        const CliResult doubtful = run_cli(command + QStringList{"--mean=-9", "--std=0.05"});
        QCOMPARE(doubtful.status, 0);
        QVERIFY2(doubtful.err.contains("clipscope-cli: Warning: Only "), qPrintable(doubtful.err));
        QVERIFY2(doubtful.err.contains("with the normalisation "), qPrintable(doubtful.err));
        QVERIFY(!json_of(doubtful.out.toUtf8()).isEmpty());
    }

    void evaluate_counts_images() {
        const QString file = folder_.filePath("clean.json");
        const CliResult result = run_cli({"evaluate", "--model", model_, "--data", data_, "--images", "all", "--json", file});
        QVERIFY2(result.status == 0, qPrintable(result.err));
        const QJsonObject json = json_of(read_bytes(file));
        QCOMPARE(json["images"].toInt(), 200);
        QVERIFY2(json["clean_accuracy"].toDouble() > 0.9, qPrintable(result.out));  // 0.1 by chance
        QCOMPARE(json["clean_accuracy"].toDouble(), json["correct"].toInt() / 200.0);
        QVERIFY(json["top5_accuracy"].toDouble() >= json["clean_accuracy"].toDouble());
        QCOMPARE(json["due"].toDouble(), 0.0);
        QVERIFY(result.out.contains(QString::number(json["clean_accuracy"].toDouble() * 100, 'f', 2)));
        QCOMPARE(
            json_of(run_cli({"evaluate", "--model", model_, "--data", data_, "--images", "first:7", "--json", "-"}).out.toUtf8())["images"]
                .toInt(),
            7);
    }

    void sensitivity_writes_what_design_says() {
        const QString json_file = folder_.filePath("result.json");
        const QString csv = folder_.filePath("csv");
        const QString faults = folder_.filePath("faults.csv");
        const CliResult result =
            run_cli(sensitivity("2", "1e-6,1e-4") + QStringList{"--json", json_file, "--csv", csv, "--faults-out", faults});
        QVERIFY2(result.status == 0, qPrintable(result.err));
        const QJsonObject json = json_of(read_bytes(json_file));
        for (const char* key : {"model", "data", "images", "seed", "format", "clean_accuracy", "curves"}) QVERIFY2(json.contains(key), key);
        QCOMPARE(json["curves"].toArray().size(), 6);
        QCOMPARE(trials_in(json), 6 * 2 * 3);
        double injected = 0;
        for (const QJsonValue& curve : json["curves"].toArray()) {
            for (const char* key : {"layer", "path", "bits", "protection", "auc", "points"}) QVERIFY2(curve.toObject().contains(key), key);
            for (const QJsonValue& point : curve["points"].toArray()) {
                for (const char* key : {"rate", "trials", "faults_mean", "mean", "sd", "min", "q1", "median", "q3", "max", "ci95",
                                        "top5_mean", "sdc_mean", "due_mean"}) {
                    QVERIFY2(point.toObject().contains(key), key);
                }
                injected += point["faults_mean"].toDouble() * point["trials"].toInt();
            }
        }
        const QStringList listed = lines_of(faults);
        QCOMPARE(listed.first(), QString("layer,rate,trial,parameter,element,bit"));
        QVERIFY(injected > 100);
        QCOMPARE(listed.size() - 1, qRound(injected));
        QCOMPARE(QSet<QString>(listed.begin(), listed.end()).size(), listed.size());
        QCOMPARE(lines_of(csv + "/points.csv").size(), 1 + 6 * 2);
        QCOMPARE(lines_of(csv + "/trials.csv").size(), 1 + 6 * 2 * 3);
        QVERIFY2(result.out.contains("CONV-1") && result.out.contains("network") && result.out.contains("1e-06"), qPrintable(result.out));
        QVERIFY(run_cli(sensitivity("2", "1e-6,1e-4") + QStringList{"--details"}).out.contains("Median"));
    }

    void a_rate_that_hits_nothing_says_so() {
        const CliResult nothing = run_cli(sensitivity("1", "0,1e-12,1e-3"));
        QVERIFY2(nothing.out.contains("At the rate 1e-12 no bit was hit in any curve"), qPrintable(nothing.out));
        QCOMPARE(nothing.out.count("no bit was hit"), 1);  // rate 0 goes without saying
    }

    void layers_are_named_by_path_too() {
        const QStringList common = {"sensitivity", "--model",  model_, "--data",  data_, "--images",
                                    "20",          "--trials", "2",    "--rates", "1e-3"};
        const QString info = run_cli({"info", model_, "--json", "-"}).out;
        const QJsonArray layers = json_of(info.toUtf8())["layers"].toArray();
        const QString paths = layers[0]["path"].toString() + "," + layers[1]["path"].toString() + "+" + layers[2]["path"].toString();
        const QString names = layers[0]["name"].toString() + "," + layers[1]["name"].toString() + "+" + layers[2]["name"].toString();
        const CliResult by_path = run_cli(common + QStringList{"--layers", paths, "--json", "-"});
        QVERIFY2(by_path.status == 0, qPrintable(by_path.err));
        QCOMPARE(by_path.out, run_cli(common + QStringList{"--layers", names, "--json", "-"}).out);
    }

    void bit_positions_are_called_so() {
        const QString csv = folder_.filePath("bits");
        const QStringList bits = {"bits",     "--model", model_,   "--data",   data_,      "--images", "20",
                                  "--trials", "2",       "--bits", "29,30,31", "--layers", "CONV-1"};
        const CliResult table = run_cli(bits + QStringList{"--details", "--csv", csv});
        QVERIFY2(table.status == 0 && table.out.contains("against the position of the one faulty bit"), qPrintable(table.out));
        QVERIFY(!table.out.contains("rate", Qt::CaseInsensitive));
        const QJsonObject json = json_of(run_cli(bits + QStringList{"--json", "-"}).out.toUtf8());
        QCOMPARE(json["axis"].toString(), QString("bit_position"));
        const QJsonArray points = json["curves"][0]["points"].toArray();
        QCOMPARE(points.size(), 3);
        QVERIFY(points[1]["bit"].toInt() == 30 && !points[1].toObject().contains("rate"));
        QVERIFY(lines_of(csv + "/points.csv").first().contains("clean_accuracy_fraction,bit,trials"));
    }

    void result_is_the_same_for_any_number_of_threads() {
        const QStringList json = {"--json", "-"};
        const CliResult one = run_cli(sensitivity("1", "0,1e-6,1e-4,1e-3") + json);
        const CliResult two = run_cli(sensitivity("2", "0,1e-6,1e-4,1e-3") + json);
        QCOMPARE(one.status, 0);
        QVERIFY(json_of(one.out.toUtf8()).contains("curves"));
        QCOMPARE(two.out, one.out);
        const CliResult other_seed = run_cli(sensitivity("2", "0,1e-6,1e-4,1e-3") + QStringList{"--seed", "2"} + json);
        QVERIFY(other_seed.out != one.out);
    }

    void formats_side_by_side_are_the_jobs_one_by_one() {
        const auto curves_in = [&](const QString& formats) {
            const CliResult result = run_cli(sensitivity("2", "1e-4,1e-3") + QStringList{"--format", formats, "--json", "-"});
            QJsonArray curves = json_of(result.out.toUtf8())["curves"].toArray();
            QStringList named;
            for (qsizetype i = 0; i < curves.size(); ++i) {
                QJsonObject curve = curves[i].toObject();
                named += curve.take("format").toString();
                curves[i] = curve;
            }
            return std::pair(curves, named);
        };
        const auto [both, formats] = curves_in("float32,Q3.12");
        QCOMPARE(formats, QStringList(6, "float32") + QStringList(6, "Q3.12"));
        QJsonArray expected = curves_in("float32").first;
        for (const QJsonValue& curve : curves_in("Q3.12").first) expected.append(curve);
        QCOMPARE(both, expected);

        // In a study every format is a job; the output is the same.
        const QString study = folder_.filePath("formats.clipscope");
        const QStringList asked = sensitivity("1", "1e-4,1e-3") + QStringList{"--format", "float32,Q3.12"};
        const QString table = run_cli(asked + QStringList{"--study", study}).out;
        QCOMPARE(table, run_cli(asked).out);
        QVERIFY2(table.contains("Format") && table.contains("Q3.12"), qPrintable(table));
        QCOMPARE(json_of(run_cli({"export", study, "--json", "-"}).out.toUtf8())["jobs"].toArray().size(), 2);

        QCOMPARE(run_cli(asked + QStringList{"--faults-out", folder_.filePath("f.csv")}).status, 2);
        QCOMPARE(run_cli(sensitivity("1", "1e-4") + QStringList{"--format", "int8,INT8"}).status, 2);
    }

    void thresholds_of_a_hardened_file_are_a_scope() {
        const QString hardened = folder_.filePath("hardened.pt"), thresholds = folder_.filePath("t.json"),
                      faults = folder_.filePath("t.csv");
        const CliResult made =
            run_cli({"harden",  "--model",  model_, "--data", data_, "--images", "20", "--tuning-images", "40",     "--rates",
                     "1e-3",    "--trials", "1",    "--n",    "2",   "--m",      "1",  "--output",        hardened, "--thresholds-output",
                     thresholds});
        QVERIFY2(made.status == 0, qPrintable(made.err));
        QStringList asked = sensitivity("2", "0.02,0.2") + QStringList{"--layers", "thresholds,ACT-2,network", "--faults-out", faults};
        asked[2] = hardened;
        asked.remove(7, 2);
        const CliResult measured = run_cli(asked + QStringList{"--json", "-"});
        QVERIFY2(measured.status == 0, qPrintable(measured.err));
        const QJsonArray curves = json_of(measured.out.toUtf8())["curves"].toArray();
        QCOMPARE(curves[0]["bits"].toInt(), 4 * 32);
        QCOMPARE(curves[1]["bits"].toInt(), 32);
        QVERIFY(curves[0]["points"][1]["faults_mean"].toDouble() > 10);
        QCOMPARE(lines_of(faults).filter(QRegularExpression("^ACT-2,.*,ACT-2.threshold,0,")).size(),
                 lines_of(faults).filter(QRegularExpression("^ACT-2,")).size());
        // Only clipped networks store thresholds.
        asked[2] = model_;
        const CliResult refused = run_cli(asked);
        QCOMPARE(refused.status, 2);
        QVERIFY2(is_one_sentence(refused.err.section(". See", 0, 0) + ".\n") && refused.err.contains("stores no threshold"),
                 qPrintable(refused.err));
        const CliResult compared = run_cli({"compare", "--model", model_, "--data", data_, "--images", "60", "--layers", "thresholds",
                                            "--thresholds", thresholds, "--rates", "0.2", "--trials", "4", "--json", "-"});
        const QJsonArray protections = json_of(compared.out.toUtf8())["curves"].toArray();
        QCOMPARE(protections.size(), 3);
        QCOMPARE(protections[0]["bits"].toInt(), 0);
        QCOMPARE(protections[0]["points"][0]["mean"].toDouble(), protections[0]["clean_accuracy"].toDouble());
        QCOMPARE(protections[2]["bits"].toInt(), 4 * 32);
    }

    void another_rate_changes_no_other_point() {
        const QJsonObject few = json_of(run_cli(sensitivity("2", "1e-4,1e-3") + QStringList{"--json", "-"}).out.toUtf8());
        const QJsonObject more = json_of(run_cli(sensitivity("2", "1e-5,1e-4,3e-4,1e-3,1e-2") + QStringList{"--json", "-"}).out.toUtf8());
        QCOMPARE(few["curves"].toArray().size(), 6);
        for (int curve = 0; curve < 6; ++curve) {
            const QJsonArray points = more["curves"][curve]["points"].toArray();
            QCOMPARE(few["curves"][curve]["points"].toArray(), QJsonArray({points[1], points[3]}));
        }
    }

    void interrupted_job_keeps_its_results() {
        const QString json_file = folder_.filePath("interrupted.json");
        const QString faults = folder_.filePath("interrupted.csv");
        QProcess process;
        process.start(cli_program(),
                      sensitivity("1", "1e-3") + QStringList{"--trials", "10000000", "--json", json_file, "--faults-out", faults});
        QTRY_VERIFY_WITH_TIMEOUT(QFile(faults).size() > 0, 60'000);
        kill(pid_t(process.processId()), SIGINT);
        QElapsedTimer timer;
        timer.start();
        QVERIFY(process.waitForFinished(60'000));
        QVERIFY2(timer.elapsed() < 5'000, qPrintable(QString::number(timer.elapsed())));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 130);
        const QString err = QString::fromUtf8(process.readAllStandardError());
        QVERIFY2(is_one_sentence(err) && err.contains("kept"), qPrintable(err));
        const int trials = trials_in(json_of(read_bytes(json_file)));
        QVERIFY(trials > 0);
        QVERIFY(QString::fromUtf8(process.readAllStandardOutput()).contains("of 10000000 trials"));
        const QString last = lines_of(faults).last();
        QVERIFY2(last.count(',') == 5 && read_bytes(faults).endsWith('\n'), qPrintable(last));
    }

    void second_interruption_quits_at_once() {
        const QString faults = folder_.filePath("twice.csv");
        QProcess process;
        process.start(cli_program(), sensitivity("1", "1e-3") + QStringList{"--trials", "10000000", "--faults-out", faults});
        QTRY_VERIFY_WITH_TIMEOUT(QFile(faults).size() > 0, 60'000);
        kill(pid_t(process.processId()), SIGTERM);
        kill(pid_t(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(10'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 130);
    }

    void interrupted_training_keeps_the_best_epoch() {
        const QString model = folder_.filePath("unfinished.pt");
        QProcess process;
        process.start(cli_program(), {"train", "--data", data_, "--normalize", "mnist", "--validation-images", "100", "--epochs", "1000000",
                                      "--output", model});
        QTRY_VERIFY_WITH_TIMEOUT(QFile(model).size() > 0, 120'000);
        kill(pid_t(process.processId()), SIGTERM);
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitCode(), 130);
        const QString err = QString::fromUtf8(process.readAllStandardError());
        QVERIFY2(err.contains("is kept in '" + model + "'"), qPrintable(err));
        QCOMPARE(run_cli({"evaluate", "--model", model, "--data", data_}).status, 0);
    }

private:
    // Every layer and the network, 3 trials, 60 images.
    QStringList sensitivity(const QString& threads, const QString& rates) const {
        return {"sensitivity", "--model", model_,    "--data", data_,       "--images", "60",      "--layers", "each,network",
                "--trials",    "3",       "--rates", rates,    "--threads", threads,    "--chunk", "25"};
    }

    QTemporaryDir folder_;
    QString data_;
    QString model_;
};

QTEST_GUILESS_MAIN(TestCliJobs)
#include "test_cli_jobs.moc"
