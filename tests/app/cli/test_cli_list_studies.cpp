// Lists of faults in a study, and comparisons under a fixed number of faults, from the command line.
#include <QElapsedTimer>
#include <QJsonArray>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QtTest>

#include "cli_program.h"

class TestCliListStudies : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        QVERIFY(make_data_and_model(folder_.path(), data_, model_).status == 0);
        list_ = folder_.filePath("list.csv");
        QVERIFY(run_cli(QStringList{"faults", list_, "--make-list", "3000"} + inputs()).status == 0);
    }

    void init() {
        study_ = folder_.filePath("work.clipscope");
        for (const char* rest : {"", "-wal", "-shm", "-lock"}) QFile::remove(study_ + rest);
    }

    void killed_at_random_moments_a_list_ends_with_the_same_results() {
        const QString whole = folder_.filePath("whole.csv"), resumed = folder_.filePath("resumed.csv");
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(run_cli(QStringList{"faults", list_, "--output", whole, "--json", whole + ".json"} + inputs()).status, 0);
        const int duration = int(timer.elapsed());
        int kills = 0;
        for (bool is_done = false; !is_done;) {
            QProcess process;
            process.start(cli_program(), QStringList{"faults", list_, "--study", study_, "--output", resumed, "--json", resumed + ".json",
                                                     "--threads", QString::number(1 + kills % 3)} +
                                             inputs());
            is_done = process.waitForFinished(kills >= 4 ? 120'000 : duration / 3 + QRandomGenerator::global()->bounded(duration / 3));
            if (is_done) break;
            process.kill();
            process.waitForFinished();
            ++kills;
        }
        QVERIFY(kills > 0);
        QCOMPARE(read_bytes(resumed), read_bytes(whole));
        QJsonObject expected = json_of(read_bytes(whole + ".json")), found = json_of(read_bytes(resumed + ".json"));
        for (QJsonObject* json : {&expected, &found}) json->remove("seconds");
        QCOMPARE(found, expected);
        // All is there, so nothing runs; the tables say the same.
        const CliResult again = run_cli(QStringList{"faults", list_, "--study", study_} + inputs());
        QVERIFY2(again.status == 0 && again.out.contains("in the study already"), qPrintable(again.out + again.err));
        const CliResult listed = run_cli({"study", study_});
        QVERIFY2(listed.out.contains("list.csv") && listed.out.contains("3,000") && listed.out.count("done") == 1, qPrintable(listed.out));
        QCOMPARE(run_cli({"export", study_, "--csv", folder_.filePath("tables"), "--json", folder_.filePath("all.json")}).status, 0);
        QByteArray table = read_bytes(folder_.filePath("tables/fault_lists.csv"));
        QVERIFY(table.startsWith("job,"));
        table.replace("\n1,", "\n");
        QCOMPARE(table.mid(4), read_bytes(whole));
        const QJsonObject result = json_of(read_bytes(folder_.filePath("all.json")))["jobs"][0]["result"].toObject();
        QCOMPARE(result["outcomes"].toArray().size(), 3000);
        QCOMPARE(result["other_answers"].toInt(), expected["other_answers"].toInt());
        const CliResult recovered = run_cli({"recover", study_, "--output", folder_.filePath("recovered.clipscope")});
        QVERIFY2(recovered.out.contains("3,000 trials") || recovered.out.contains("3000 trials"), qPrintable(recovered.out));
    }

    void another_list_under_the_same_name_is_refused() {
        const QString list = folder_.filePath("changing.csv");
        write_bytes(list, "parameter,element,bit\nconv1.weight,0,30\nconv1.weight,1,30\n");
        const QStringList run = QStringList{"faults", list, "--study", study_} + inputs();
        QCOMPARE(run_cli(run).status, 0);
        write_bytes(list, "parameter,element,bit\nconv1.weight,0,30\nconv1.weight,2,30\n");
        const CliResult changed = run_cli(run);
        QCOMPARE(changed.status, 1);
        QVERIFY2(is_one_sentence(changed.err) && changed.err.contains("holds something else"), qPrintable(changed.err));
        // Its name is free for those who say so, and each line on its own is another job.
        QFile::rename(list, folder_.filePath("other.csv"));
        QCOMPARE(run_cli(QStringList{"faults", folder_.filePath("other.csv"), "--study", study_} + inputs()).status, 0);
        QCOMPARE(run_cli(QStringList{"faults", folder_.filePath("other.csv"), "--each-line", "--study", study_} + inputs()).status, 0);
        QCOMPARE(run_cli({"study", study_}).out.count("faults"), 3);
        QVERIFY(!QFileInfo::exists(folder_.filePath("other_results.csv")));
        const CliResult replayed = run_cli({"replay", study_, "1:CONV-1:1:0"});
        QVERIFY2(replayed.status == 2 && replayed.err.contains("inspect"), qPrintable(replayed.err));
    }

    void senseless_options_leave_no_study() {
        const QList<QStringList> wrong = {{"--pattern", "word"}, {"--make-list", "5"}, {"--output", list_}};
        for (const QStringList& options : wrong) {
            const QString list = options.front() == "--make-list" ? folder_.filePath("none.csv") : list_;
            const CliResult refused = run_cli(QStringList{"faults", list, "--study", study_} + options + inputs());
            QVERIFY2(refused.status == 2 && refused.err.count('\n') == 1, qPrintable(options.join(' ') + refused.err));
        }
        write_bytes(folder_.filePath("wrong.csv"), "parameter,element,bit\nnowhere.weight,0,30\n");
        QCOMPARE(run_cli(QStringList{"faults", folder_.filePath("wrong.csv"), "--study", study_} + inputs()).status, 1);
        QVERIFY(!QFileInfo::exists(study_));
    }

    // The unprotected curve is that of a sensitivity job; every protection has the same number of faults.
    void a_comparison_under_so_many_faults() {
        const QStringList job = QStringList{"--layers", "network", "--faults", "1,8,64", "--trials", "6", "--json", "-"} + inputs();
        const CliResult compared = run_cli(QStringList{"compare"} + job);
        QVERIFY2(compared.status == 0, qPrintable(compared.err));
        const QJsonObject result = json_of(compared.out.toUtf8());
        QCOMPARE(result["axis"].toString(), QString("fault_count"));
        QCOMPARE(result["curves"].toArray().size(), 2);
        for (const QJsonValue& curve : result["curves"].toArray())
            for (const QJsonValue& point : curve["points"].toArray()) QCOMPARE(point["faults_mean"].toDouble(), point["faults"].toDouble());
        const CliResult alone = run_cli(QStringList{"sensitivity"} + job);
        const QJsonArray expected = json_of(alone.out.toUtf8())["curves"][0]["points"].toArray();
        const QJsonArray found = result["curves"][0]["points"].toArray();
        QCOMPARE(found.size(), expected.size());
        for (int i = 0; i < found.size(); ++i) QCOMPARE(found[i]["outcomes"].toArray(), expected[i]["outcomes"].toArray());
        // A part in a study, then all; the table names what it is over.
        QVERIFY(run_cli(QStringList{"compare", "--study", study_} + QStringList(job).replaceInStrings("1,8,64", "1,8")).status == 0);
        const CliResult grown = run_cli(QStringList{"compare", "--study", study_} + job);
        QVERIFY2(grown.status == 0, qPrintable(grown.err));
        QCOMPARE(json_of(grown.out.toUtf8())["curves"].toArray(), result["curves"].toArray());
        QCOMPARE(run_cli({"study", study_}).out.count("compare"), 1);
        QStringList told = QStringList{"compare"} + job;
        told.removeAt(told.indexOf("--json") + 1);
        told.removeAt(told.indexOf("--json"));
        const CliResult text = run_cli(told + QStringList{"--csv", folder_.filePath("compared")});
        QVERIFY2(text.status == 0 && text.out.contains("Faults") && !text.out.contains("AUC"), qPrintable(text.out));
        QVERIFY(read_bytes(folder_.filePath("compared/comparisons.csv")).contains("fault_count"));
        for (const QStringList& wrong : {QStringList{"compare", "--faults", "1", "--rates", "1e-5"}, QStringList{"duel", "--faults", "1"}})
            QCOMPARE(run_cli(wrong + inputs()).status, 2);
        const CliResult replayed = run_cli({"replay", study_, "1:network:8:3", "--json", "-"});
        QVERIFY2(replayed.status == 0, qPrintable(replayed.err));
        QCOMPARE(json_of(replayed.out.toUtf8())["bits"].toArray().size(), 8);
    }

private:
    QStringList inputs() const { return {"--model", model_, "--data", data_, "--images", "first:50"}; }

    QTemporaryDir folder_;
    QString data_, model_, list_, study_;
};

QTEST_GUILESS_MAIN(TestCliListStudies)
#include "test_cli_list_studies.moc"
