// Studies from the command line: killed and resumed, written by one at a time, exported, replayed, recovered.
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QtTest>

#include "cli_program.h"

namespace {

int rows_of(const QString& path) {
    return int(read_bytes(path).count('\n')) - 1;
}

}  // namespace

class TestCliStudy : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        const CliResult trained = make_data_and_model(folder_.path(), data_, model_);
        QVERIFY2(trained.status == 0, qPrintable(trained.err));
    }

    void init() {
        study_ = folder_.filePath("work.clipscope");
        for (const char* rest : {"", "-wal", "-shm", "-lock"}) QFile::remove(study_ + rest);
    }

    // CLIPSCOPE_KILLS=50 for the whole test.
    void killed_at_random_moments_it_resumes_to_the_same_results() {
        const int most = qEnvironmentVariableIntValue("CLIPSCOPE_KILLS") > 0 ? qEnvironmentVariableIntValue("CLIPSCOPE_KILLS") : 4;
        const QString whole = folder_.filePath("whole.json"), resumed = folder_.filePath("resumed.json");
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(run_cli(sensitivity("2", "150") + QStringList{"--json", whole}).status, 0);
        const int duration = int(timer.elapsed());
        for (int kills = 0; kills < most;) {
            init();
            for (bool is_done = false; !is_done;) {
                QFile::remove(resumed);
                QProcess process;
                process.start(cli_program(),
                              sensitivity(QString::number(1 + kills % 3), "150") + QStringList{"--study", study_, "--json", resumed});
                const bool is_last = kills >= most;
                is_done = process.waitForFinished(is_last ? 120'000 : duration / 5 + QRandomGenerator::global()->bounded(duration));
                if (is_done) break;
                process.kill();
                process.waitForFinished();
                ++kills;
            }
            QCOMPARE(read_bytes(resumed), read_bytes(whole));
        }
        QCOMPARE(run_cli({"export", study_, "--csv", folder_.filePath("tables")}).status, 0);
        QCOMPARE(rows_of(folder_.filePath("tables/trials.csv")), 6 * 3 * 150);
    }

    void one_writes_and_others_read() {
        QProcess first;
        first.start(cli_program(), sensitivity("1", "2000") + QStringList{"--study", study_});
        // Until its first results are in the file.
        QTRY_VERIFY_WITH_TIMEOUT(run_cli({"export", study_, "--csv", folder_.filePath("early")}).status == 0 &&
                                     rows_of(folder_.filePath("early/trials.csv")) > 0,
                                 60'000);
        const CliResult second = run_cli(sensitivity("1", "2") + QStringList{"--study", study_});
        QCOMPARE(second.status, 1);
        QVERIFY2(is_one_sentence(second.err) && second.err.contains("process " + QString::number(first.processId())),
                 qPrintable(second.err));
        QVERIFY(run_cli({"study", study_}).out.contains("running"));
        first.terminate();
        QVERIFY(first.waitForFinished(60'000));
        QCOMPARE(first.exitCode(), 130);
        QVERIFY(run_cli({"study", study_}).out.contains("stopped"));
        for (const char* rest : {"-wal", "-shm", "-lock"}) QVERIFY2(!QFile::exists(study_ + rest), rest);
    }

    void all_kinds_of_jobs_are_kept_and_exported() {
        const QStringList common = {"--model", model_,     "--data", data_,     "--images",  "40",      "--tuning-images",
                                    "30",      "--trials", "2",      "--rates", "1e-4,1e-3", "--study", study_};
        const QString thresholds = folder_.filePath("thresholds.json"), result = folder_.filePath("result.json");
        const QStringList harden =
            QStringList{"harden", "--n", "2", "--m", "1", "--thresholds-output", thresholds, "--json", result} + common;
        QCOMPARE(run_cli(harden).status, 0);
        const QByteArray first = read_bytes(result);
        QCOMPARE(run_cli(harden).status, 0);  // nothing to do, the same results
        QCOMPARE(read_bytes(result), first);
        QCOMPARE(run_cli(QStringList{"sweep", "--site", "ACT-2", "--grid", "0:1.5:3", "--grid-unit", "ACT_max"} + common).status, 0);
        QCOMPARE(run_cli(QStringList{"compare", "--thresholds", thresholds, "--json", result} + common).status, 0);
        const QByteArray compared = read_bytes(result);
        const QStringList profile = QStringList{"profile", "--layers", "CONV-1", "--json", result} + common;
        QCOMPARE(run_cli(profile).status, 0);
        const QByteArray profiled = read_bytes(result);
        QCOMPARE(run_cli(profile).status, 0);  // known
        QCOMPARE(read_bytes(result), profiled);
        QCOMPARE(run_cli(profile.mid(0, profile.size() - 2)).status, 0);
        QCOMPARE(read_bytes(result), profiled);
        const CliResult list = run_cli({"study", study_});
        for (const char* kind : {"harden", "sweep", "compare", "profile"}) QVERIFY2(list.out.contains(kind), qPrintable(list.out));
        QVERIFY(list.out.contains("were found changed"));

        const QString tables = folder_.filePath("all");
        const CliResult exported = run_cli({"export", study_, "--csv", tables, "--json", folder_.filePath("all.json")});
        QVERIFY2(exported.status == 0, qPrintable(exported.err));
        QCOMPARE(rows_of(tables + "/trials.csv"), 3 * 2 * 2);
        QCOMPARE(rows_of(tables + "/points.csv"), 3 * 2);
        QCOMPARE(rows_of(tables + "/thresholds.csv"), 4);
        QCOMPARE(rows_of(tables + "/sweeps.csv"), 1 + 3);
        QVERIFY(rows_of(tables + "/histograms.csv") > 50);
        const QJsonObject json = json_of(read_bytes(folder_.filePath("all.json")));
        QCOMPARE(json["jobs"].toArray().size(), 4);
        // How many trials were checked is told by the run; the study keeps what they gave.
        QJsonObject told = json_of(compared);
        QVERIFY(told.take("self_check").toObject()["trials"].toInt() > 0);
        QCOMPARE(json["jobs"][2]["result"].toObject(), told);
        QVERIFY(json["jobs"][0]["model"]["sha256"].toString().size() == 64);

        const CliResult replay = run_cli({"replay", study_, "3:network:0.001:1", "--json", "-"});
        QVERIFY2(replay.status == 0, qPrintable(replay.err));
        const QJsonArray outcomes = json_of(replay.out.toUtf8())["outcomes"].toArray();
        QCOMPARE(outcomes.size(), 3);
        for (const QJsonValue& outcome : outcomes) QCOMPARE(outcome["stored"]["correct"], outcome["correct"]);
        QCOMPARE(json_of(replay.out.toUtf8())["bits"].toArray().size(), outcomes[0]["faults"].toInt());
    }

    void a_moved_model_is_named_again_and_checked() {
        const QString old = folder_.filePath("old.pt"), moved = folder_.filePath("elsewhere/moved.pt");
        QDir().mkpath(folder_.filePath("elsewhere"));
        QVERIFY(QFile::copy(model_, old));
        QStringList run = sensitivity("1", "2") + QStringList{"--study", study_, "--json", folder_.filePath("first.json")};
        run[run.indexOf(model_)] = old;
        QCOMPARE(run_cli(run).status, 0);
        QVERIFY(QFile::rename(old, moved));
        const QStringList replay = {"replay", study_, "1:CONV-1:1e-3:1"};
        const CliResult lost = run_cli(replay);
        QVERIFY2(lost.status == 1 && is_one_sentence(lost.err), qPrintable(lost.err));
        const CliResult found = run_cli(replay + QStringList{"--model", moved});
        QVERIFY2(found.status == 0 && found.out.contains("the same"), qPrintable(found.err));
        QVERIFY(QFile::copy(moved, old) && QFile::rename(old, folder_.filePath("other.pt")));
        QByteArray bytes = read_bytes(folder_.filePath("other.pt"));
        write_bytes(folder_.filePath("other.pt"), bytes + QByteArray(1, 'x'));
        QCOMPARE(run_cli(replay + QStringList{"--model", folder_.filePath("other.pt")}).status, 1);
        run[run.indexOf(old)] = moved;
        run.last() = folder_.filePath("second.json");
        QCOMPARE(run_cli(run).status, 0);
        QCOMPARE(json_of(read_bytes(folder_.filePath("second.json")))["curves"],
                 json_of(read_bytes(folder_.filePath("first.json")))["curves"]);
        QCOMPARE(run_cli({"study", study_}).out.count("sensitivity"), 1);
        QVERIFY(QFile::rename(moved, folder_.filePath("moved.pt")));  // beside the study it is found by itself
        QCOMPARE(run_cli(replay).status, 0);
    }

    void another_model_is_refused_before_anything_runs() {
        const QString path = folder_.filePath("changing.pt");
        QVERIFY(QFile::copy(model_, path));
        QStringList run = sensitivity("1", "2") + QStringList{"--study", study_};
        run[run.indexOf(model_)] = path;
        QCOMPARE(run_cli(run).status, 0);
        write_bytes(path, "no network");  // so it cannot even have been opened
        const CliResult refused = run_cli(run);
        QCOMPARE(refused.status, 1);
        QVERIFY2(is_one_sentence(refused.err) && refused.err.contains("holds something else"), qPrintable(refused.err));
        const CliResult replay = run_cli({"replay", study_, "1:CONV-1:1e-3:1"});
        QVERIFY2(replay.status == 1 && is_one_sentence(replay.err) && replay.err.contains("SHA-256"), qPrintable(replay.err));
        QFile::remove(path);
    }

    void one_faulty_bit_is_replayed_as_one() {
        QStringList bits = sensitivity("1", "2");
        bits[0] = "bits";
        bits.remove(bits.indexOf("--rates"), 2);
        QCOMPARE(run_cli(bits + QStringList{"--bits", "1,30", "--study", study_}).status, 0);
        const CliResult one = run_cli({"replay", study_, "1:CONV-1:1:1", "--json", "-"});
        QVERIFY2(one.status == 0, qPrintable(one.err));
        const QJsonObject json = json_of(one.out.toUtf8());
        QCOMPARE(json["bits"].toArray().size(), 1);
        QCOMPARE(json["bits"][0]["bit"].toInt(), 1);
        QCOMPARE(json["outcomes"][0]["stored"]["correct"], json["outcomes"][0]["correct"]);
        QCOMPARE(run_cli({"replay", study_, "1:CONV-1:1e-5:1"}).status, 2);
    }

    void what_is_wrong_is_said_in_one_sentence() {
        QCOMPARE(run_cli(sensitivity("1", "2") + QStringList{"--study", study_}).status, 0);
        QByteArray bytes = read_bytes(study_);
        const QString cut = folder_.filePath("cut.clipscope"), saved = folder_.filePath("saved.clipscope");
        write_bytes(cut, bytes.left(bytes.size() / 2));
        write_bytes(folder_.filePath("text.clipscope"), QByteArray("not a study\n").repeated(1000));
        for (const QStringList& arguments :
             {QStringList{"export", cut, "--json", "-"}, QStringList{"study", folder_.filePath("text.clipscope")},
              QStringList{"study", folder_.filePath("none.clipscope")}, QStringList{"recover", study_, "--output", study_},
              QStringList{"replay", study_, "7:CONV-1:1e-4:1"}}) {
            const CliResult result = run_cli(arguments);
            QVERIFY2(result.status == 1 || result.status == 2, qPrintable(arguments.join(" ")));
            QVERIFY2(result.err.count('\n') == 1 && result.err.startsWith("clipscope-cli: "), qPrintable(result.err));
        }
        const CliResult recovered = run_cli({"recover", study_, "--output", saved});
        QVERIFY2(recovered.status == 0 && recovered.out.contains("36 trials"), qPrintable(recovered.out + recovered.err));
        QCOMPARE(run_cli({"export", saved, "--csv", folder_.filePath("saved")}).status, 0);
        QCOMPARE(rows_of(folder_.filePath("saved/trials.csv")), 36);
    }

private:
    QStringList sensitivity(const QString& threads, const QString& trials) const {
        return {"sensitivity", "--model", model_,    "--data",         data_,       "--images", "60",      "--layers", "each,network",
                "--trials",    trials,    "--rates", "1e-5,1e-4,1e-3", "--threads", threads,    "--chunk", "25"};
    }

    QTemporaryDir folder_;
    QString data_, model_, study_;
};

QTEST_GUILESS_MAIN(TestCliStudy)
#include "test_cli_study.moc"
