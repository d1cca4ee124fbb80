// What clipscope-cli says to wrong command lines and bad files: one sentence and the right exit status, before anything long starts.
#include <QFile>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QtTest>

#include "cli_program.h"

class TestCliUsage : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        const CliResult trained = make_data_and_model(folder_.path(), data_, model_);
        QVERIFY2(trained.status == 0, qPrintable(trained.err));
    }

    void help_of_every_command() {
        const CliResult all = run_cli({"--help"});
        QCOMPARE(all.status, 0);
        for (const char* command :
             {"info",   "evaluate", "sensitivity", "profile", "sweep",  "harden", "compare", "train", "figures", "study",       "replay",
              "export", "recover",  "plan",        "bits",    "faults", "worst",  "upsets",  "bench", "rank",    "differences", "report", "merge"}) {
            QVERIFY2(all.out.contains(command), command);
            const CliResult one = run_cli({command, "--help"});
            QCOMPARE(one.status, 0);
            QVERIFY2(one.out.contains(QString("clipscope-cli %1").arg(command)), qPrintable(one.out));
            QVERIFY(one.err.isEmpty());
        }
        const CliResult version = run_cli({"--version"});
        QCOMPARE(version.status, 0);
        QVERIFY(version.out.startsWith("ClipScope "));
    }

    void wrong_usage_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("names");  // what the sentence must name
        const auto sensitivity = [this](const QStringList& more) {
            return QStringList{"sensitivity", "--model", model_, "--data", data_, "--images", "20"} + more;
        };
        QTest::newRow("no command") << QStringList{} << "subcommand";
        QTest::newRow("unknown command") << QStringList{"sensitvity"} << "sensitvity";
        QTest::newRow("unknown option") << QStringList{"info", "--speed"} << "--speed";
        QTest::newRow("missing value") << QStringList{"info", "--json"} << "--json";
        QTest::newRow("missing output") << QStringList{"train"} << "--output";
        QTest::newRow("unknown architecture") << QStringList{"train", "--arch", "vgg", "--output", "x.pt"} << "vgg";
        QTest::newRow("architecture of a whole network") << QStringList{"info", model_, "--arch", "lenet5"} << "leave the architecture out";
        QTest::newRow("unknown architecture of parameters") << QStringList{"info", model_, "--arch", "lenet7"} << "lenet7";
        QTest::newRow("no crop") << sensitivity({"--crop", "0"}) << "--crop";
        QTest::newRow("no epochs") << QStringList{"train", "--epochs", "0", "--output", "x.pt"} << "--epochs";
        QTest::newRow("learning rate") << QStringList{"train", "--lr", "nan", "--output", "x.pt"} << "--lr";
        QTest::newRow("training without normalisation") << QStringList{"train", "--data", data_, "--output", "x.pt"} << "--normalize";
        QTest::newRow("unknown bundled network") << QStringList{"info", "bundled:lenet7"} << "lenet7";
        QTest::newRow("unknown layer") << sensitivity({"--layers", "CONV-9"}) << "CONV-9";
        QTest::newRow("no number") << sensitivity({"--trials", "many"}) << "--trials takes a number, not 'many'";
        QTest::newRow("rate 2") << sensitivity({"--rates", "2"}) << "2";
        QTest::newRow("rate -1") << sensitivity({"--rates", "-1"}) << "-1";
        QTest::newRow("rate NaN") << sensitivity({"--rates", "nan"}) << "nan";
        QTest::newRow("no rate") << sensitivity({"--rates", "1e-7,much"}) << "much";
        QTest::newRow("no trials") << sensitivity({"--trials", "0"}) << "--trials";
        QTest::newRow("trials in words") << sensitivity({"--trials", "ten"}) << "ten";
        QTest::newRow("negative trials") << sensitivity({"--trials", "-1"}) << "--trials";
        QTest::newRow("comma in a rate") << sensitivity({"--rates", "0,5"}) << "decimal point as a point";
        QTest::newRow("comma in a learning rate") << QStringList{"train", "--lr", "0,5", "--output", "x.pt"} << "decimal point as a point";
        QTest::newRow("comma in delta") << QStringList{"harden", "--delta", "0,005"} << "decimal point as a point";
        QTest::newRow("comma in a size") << sensitivity({"--memory", "1,5G"}) << "decimal point as a point";
        QTest::newRow("comma in a grid") << QStringList{"sweep", "--site", "ACT-1", "--grid", "0:1,5:16"} << "decimal point as a point";
        QTest::newRow("delta NaN") << QStringList{"harden", "--delta", "nan"} << "nan";
        QTest::newRow("state key of a whole network") << QStringList{"info", model_, "--state-key", "ema"} << "leave the state key out";
        QTest::newRow("chunk -1") << sensitivity({"--chunk", "-1"}) << "--chunk";
        QTest::newRow("threads -1") << sensitivity({"--threads", "-1"}) << "--threads";
        QTest::newRow("negative seed") << sensitivity({"--seed", "-3"}) << "-3";
        QTest::newRow("memory") << sensitivity({"--memory", "plenty"}) << "plenty";
        QTest::newRow("device") << sensitivity({"--device", "abacus"}) << "abacus";
        QTest::newRow("nonfinite") << sensitivity({"--nonfinite", "maybe"}) << "maybe";
        QTest::newRow("no images") << sensitivity({"--images", "0"}) << "0";
        QTest::newRow("split") << sensitivity({"--split", "tuning"}) << "tuning";
        QTest::newRow("normalisation") << sensitivity({"--normalize", "cifar11"}) << "cifar11";
        QTest::newRow("two normalisations") << sensitivity({"--normalize", "mnist", "--mean", "0.5", "--std", "0.5"}) << "--mean";
        QTest::newRow("mean alone") << sensitivity({"--mean", "0.5"}) << "standard deviation";
        QTest::newRow("std 0") << sensitivity({"--mean", "0.5", "--std", "0"}) << "0";
    }
    void wrong_usage() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, names);
        const CliResult result = run_cli(arguments);
        QCOMPARE(result.status, 2);
        QVERIFY2(is_one_sentence(result.err), qPrintable(result.err));
        QVERIFY2(result.err.contains(names), qPrintable(result.err));
        QVERIFY2(result.err.endsWith("--help.\n"), qPrintable(result.err));
        QCOMPARE(result.out, QString());
    }

    void bad_file_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("names");
        const QByteArray model = read_bytes(model_);
        const auto file = [this](const QString& name, const QByteArray& bytes) {
            const QString path = folder_.filePath(name);
            write_bytes(path, bytes);
            return path;
        };
        QTest::newRow("no such model") << QStringList{"info", folder_.filePath("none.pt")} << "none.pt";
        QTest::newRow("a folder as model") << QStringList{"info", data_} << data_;
        QTest::newRow("empty model") << QStringList{"info", file("empty.pt", "")} << "empty.pt";
        QTest::newRow("text as model") << QStringList{"info", file("text.pt", "not a network\n")} << "text.pt";
        QTest::newRow("truncated model") << QStringList{"info", file("half.pt", model.left(model.size() / 2))} << "half.pt";
        QTest::newRow("model without its end") << QStringList{"info", file("almost.pt", model.chopped(100))} << "almost.pt";

        const auto evaluate = [this](const QString& data) { return QStringList{"evaluate", "--model", model_, "--data", data}; };
        QTest::newRow("no such folder") << evaluate(folder_.filePath("nowhere")) << "nowhere";
        QDir().mkpath(folder_.filePath("hollow"));
        QTest::newRow("a folder without data") << evaluate(folder_.filePath("hollow")) << "hollow";
        const QString truncated = folder_.filePath("truncated");
        make_idx_folder(truncated);
        write_bytes(truncated + "/t10k-images-idx3-ubyte", read_bytes(truncated + "/t10k-images-idx3-ubyte").chopped(1));
        QTest::newRow("truncated images") << evaluate(truncated) << "t10k-images";
        const QString mislabelled = folder_.filePath("mislabelled");
        make_cifar_folder(mislabelled, 4);
        write_bytes(mislabelled + "/test_batch.bin", QByteArray(1, char(10)) + read_bytes(mislabelled + "/test_batch.bin").mid(1));
        QTest::newRow("label out of range") << evaluate(mislabelled) << "10";
    }
    void bad_file() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, names);
        const CliResult result = run_cli(arguments);
        QVERIFY2(result.status == 1 || result.status == 2, qPrintable(QString::number(result.status) + result.err));
        QVERIFY2(is_one_sentence(result.err), qPrintable(result.err));
        QVERIFY2(result.err.contains(names), qPrintable(result.err));
        QCOMPARE(result.out, QString());
    }

    void missing_normalisation_is_asked_for() {
        const QString shared = CLIPSCOPE_SHARED_DIR;
        const QString model = shared + "/models/alexnet_cifar10_traced.pt";
        if (!QFile::exists(model)) QSKIP("the shared models are not here");
        make_cifar_folder(folder_.filePath("cifar"), 10);
        const QStringList arguments = {"evaluate", "--model", model, "--data", folder_.filePath("cifar")};
        const CliResult result = run_cli(arguments);
        QCOMPARE(result.status, 2);
        QVERIFY2(is_one_sentence(result.err) && result.err.contains("normalis"), qPrintable(result.err));
        QCOMPARE(run_cli(arguments + QStringList{"--normalize", "cifar10"}).status, 0);
    }

    void traces_of_newer_pytorch_open_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("correct");  // of the 1,000 images, as counted in Python by the version that wrote the file
        QTest::newRow("2.6") << "resnet20_traced.pt" << 915;
        QTest::newRow("2.14") << "resnet20_traced_2.14.pt" << 915;
    }
    void traces_of_newer_pytorch_open() {
        QFETCH(QString, file);
        QFETCH(int, correct);
        const QString shared = CLIPSCOPE_SHARED_DIR, model = shared + "/models/modern/" + file;
        if (!QFile::exists(model)) QSKIP("the shared models are not here");
        const CliResult result = run_cli({"evaluate", "--model", model, "--data", shared + "/data/cifar-10-batches-bin", "--normalize",
                                          "imagenet", "--images", "all", "--json", "-"});
        QVERIFY2(result.status == 0, qPrintable(result.err));
        QCOMPARE(QJsonDocument::fromJson(result.out.toUtf8())["correct"].toInt(), correct);
    }

    void small_networks_of_newer_pytorch_open_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("traced") << "sequential_traced.pt";
        QTest::newRow("scripted") << "sequential_scripted.pt";
    }
    void small_networks_of_newer_pytorch_open() {
        QFETCH(QString, file);
        const QString model = CLIPSCOPE_SHARED_DIR "/models/modern/" + file;
        if (!QFile::exists(model)) QSKIP("the shared models are not here");
        const CliResult result = run_cli({"info", model});
        QVERIFY2(result.status == 0 && result.out.contains("CONV-1"), qPrintable(result.err));
    }

    void unwritable_output_data() {
        QTest::addColumn<QString>("option");
        QTest::addColumn<QString>("path");
        const QString inside_a_file = model_ + "/result";
        const QString nowhere = folder_.filePath("no/such/folder/file");
        QTest::newRow("json") << "--json" << nowhere;
        QTest::newRow("json is a folder") << "--json" << folder_.path();
        QTest::newRow("csv") << "--csv" << inside_a_file;
        QTest::newRow("faults-out") << "--faults-out" << nowhere;
    }
    void unwritable_output() {
        QFETCH(QString, option);
        QFETCH(QString, path);
        // So many trials would take hours: the answer must come before the job starts.
        const CliResult result = run_cli({"sensitivity", "--model", model_, "--data", data_, "--trials", "10000000", option, path});
        QCOMPARE(result.status, 1);
        QVERIFY2(is_one_sentence(result.err) && result.err.contains(path), qPrintable(result.err));
    }

    void unwritable_model_is_noticed_before_training() {
        const QString path = folder_.filePath("no/such/folder/model.pt");
        const CliResult result = run_cli({"train", "--data", data_, "--normalize", "mnist", "--epochs", "1000000", "--output", path});
        QCOMPARE(result.status, 1);
        QVERIFY2(is_one_sentence(result.err) && result.err.contains(path), qPrintable(result.err));
    }

    void a_network_never_takes_the_place_of_a_device() {
        if (!QFile::exists("/dev/full")) QSKIP("no /dev/full here");
        const QString thresholds = folder_.filePath("t.json");
        write_bytes(thresholds, R"({"version":1,"sites":[{"site":"ACT-1","threshold":2}]})");
        const CliResult result = run_cli({"harden", "--model", model_, "--data", data_, "--images", "20", "--tuning-images", "20",
                                          "--thresholds", thresholds, "--output", "/dev/full"});
        QCOMPARE(result.status, 1);
        QVERIFY2(is_one_sentence(result.err) && result.err.contains("/dev/full"), qPrintable(result.err));
        QVERIFY(!QFileInfo("/dev/full").isFile() && !QFile::exists("/dev/full.unverified"));
        // Before a search that would take hours.
        const CliResult searched = run_cli({"harden", "--model", model_, "--data", data_, "--trials", "1000000", "--output", "/dev/full"});
        QVERIFY2(searched.status == 1 && is_one_sentence(searched.err), qPrintable(searched.err));
        write_bytes(thresholds, R"({"version":1,"sites":[{"site":"ACT-1","threshold":NaN}]})");
        const CliResult nan = run_cli({"harden", "--model", model_, "--data", data_, "--thresholds", thresholds, "--output", "x.pt"});
        QVERIFY2(nan.status == 1 && is_one_sentence(nan.err), qPrintable(nan.err));
    }

    void full_disk_is_not_called_written() {
        if (!QFile::exists("/dev/full")) QSKIP("no /dev/full here");
        QCOMPARE(run_cli({"info", model_, "--json", "/dev/full"}).status, 1);
        // Printing to a full disk, and the list of faults on one: the result's other file is still written.
        const CliResult printed = run_cli({"-c", QString("'%1' info '%2' > /dev/full").arg(cli_program(), model_)}, "/bin/sh");
        QCOMPARE(printed.status, 1);
        QVERIFY2(is_one_sentence(printed.err), qPrintable(printed.err));
        const QString json = folder_.filePath("rescued.json");
        const CliResult listed = run_cli({"sensitivity", "--model", model_, "--data", data_, "--images", "20", "--trials", "20", "--layers",
                                          "network", "--rates", "1e-3", "--faults-out", "/dev/full", "--json", json});
        QCOMPARE(listed.status, 1);
        QVERIFY2(is_one_sentence(listed.err) && listed.err.contains("/dev/full"), qPrintable(listed.err));
        QVERIFY(QFile::exists(json));
    }

private:
    QTemporaryDir folder_;
    QString data_;
    QString model_;
};

QTEST_GUILESS_MAIN(TestCliUsage)
#include "test_cli_usage.moc"
