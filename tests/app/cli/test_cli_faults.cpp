// Lists of faults from the command line: what a job listed gives the job's outcomes again, drawn lists, what is refused.
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>
#include <QMap>
#include <QTemporaryDir>
#include <QtTest>

#include "cli_program.h"

namespace {

// Rows by the header's names; no field of these files is quoted.
QList<QMap<QString, QString>> table_of(const QString& path) {
    const QStringList lines = QString::fromUtf8(read_bytes(path)).trimmed().split('\n');
    const QStringList names = lines.front().split(',');
    QList<QMap<QString, QString>> rows;
    for (const QString& line : lines.mid(1)) {
        const QStringList fields = line.split(',');
        QMap<QString, QString> row;
        for (int i = 0; i < names.size(); ++i) row[names[i]] = fields.value(i);
        rows.push_back(row);
    }
    return rows;
}

}  // namespace

class TestCliFaults : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        QVERIFY(make_data_and_model(folder_.path(), data_, model_).status == 0);
    }

    // Bits that fail together, and so many in every trial: the same from any number of workers, in one run or in several of a study.
    void patterns_and_numbers_of_faults() {
        const QList<QStringList> jobs = {{"--pattern", "burst-4", "--rates", "1e-4,1e-3"},
                                         {"--pattern", "column-8", "--kind", "stuck1", "--format", "Q3.12", "--rates", "1e-4,1e-3"},
                                         {"--pattern", "word", "--rates", "1e-3,1e-2"},
                                         {"--faults", "0,1,8,64"},
                                         {"--faults", "1,4", "--pattern", "burst-2", "--format", "int8"}};
        for (const QStringList& options : jobs) {
            const bool has_counts = options.front() == "--faults";
            const QString study = folder_.filePath("patterns.clipscope");
            QFile::remove(study);
            const QStringList job = QStringList{"sensitivity"} + inputs() + QStringList{"--layers", "network,CONV-1"} + options;
            const CliResult whole = run_cli(job + QStringList{"--trials", "4", "--threads", "1", "--json", "-"});
            QVERIFY2(whole.status == 0, qPrintable(whole.err));
            const QJsonObject result = json_of(whole.out.toUtf8());
            QCOMPARE(result["axis"].toString(), has_counts ? "fault_count" : "fault_rate");
            QCOMPARE(result["fault_pattern"].toString("bit"),
                     options.contains("--pattern") ? options[options.indexOf("--pattern") + 1] : "bit");
            const CliResult others = run_cli(job + QStringList{"--trials", "4", "--threads", "3", "--memory", "64K", "--json", "-"});
            QVERIFY(others.out == whole.out);
            // A part, then the rest.
            QVERIFY(run_cli(job + QStringList{"--trials", "2", "--study", study}).status == 0);
            const CliResult rest = run_cli(job + QStringList{"--trials", "4", "--study", study, "--json", "-"});
            QVERIFY2(rest.status == 0, qPrintable(rest.err));
            QCOMPARE(json_of(rest.out.toUtf8())["curves"].toArray(), result["curves"].toArray());
            const QJsonObject point = result["curves"][0]["points"].toArray().last().toObject();
            const QJsonObject outcome = point["outcomes"].toArray()[3].toObject();
            const QString name = QString("1:network:%1:3").arg(point[has_counts ? "faults" : "rate"].toDouble());
            const CliResult replayed = run_cli({"replay", study, name, "--json", "-"});
            QVERIFY2(replayed.status == 0, qPrintable(replayed.err));
            const QJsonObject again = json_of(replayed.out.toUtf8());
            QCOMPARE(again["bits"].toArray().size(), outcome["faults"].toInt());
            QCOMPARE(again["outcomes"][0]["correct"].toInt(), outcome["correct"].toInt());
            QCOMPARE(again["outcomes"][0]["stored"]["correct"].toInt(), outcome["correct"].toInt());
            if (has_counts && !options.contains("--pattern"))
                for (const QJsonValue& one : result["curves"].toArray())
                    for (const QJsonValue& at : one["points"].toArray()) QCOMPARE(at["faults_mean"].toDouble(), at["faults"].toDouble());
        }
    }

    void computed_values_are_resumed_and_replayed() {
        for (const QStringList& points : {QStringList{"--rates", "1e-5,1e-4"}, QStringList{"--faults", "1,4"}}) {
            const QStringList job =
                QStringList{"sensitivity", "--layers", "activations,CONV-1+CONV-1.out", "--json", "-"} + inputs() + points;
            const QString study = folder_.filePath("computed" + points[0] + ".clipscope");
            const CliResult whole = run_cli(job + QStringList{"--trials", "3", "--threads", "1", "--memory", "1G"});
            QVERIFY2(whole.status == 0, qPrintable(whole.err));
            QVERIFY(run_cli(job + QStringList{"--trials", "3", "--threads", "3", "--memory", "64K"}).out == whole.out);
            QCOMPARE(run_cli(job + QStringList{"--trials", "1", "--study", study}).status, 0);
            const CliResult rest = run_cli(job + QStringList{"--trials", "3", "--study", study});
            QCOMPARE(json_of(rest.out.toUtf8())["curves"].toArray(), json_of(whole.out.toUtf8())["curves"].toArray());
            const QJsonObject curve = json_of(whole.out.toUtf8())["curves"][0].toObject();
            const QJsonObject outcome = curve["points"][1]["outcomes"][2].toObject();
            const CliResult replayed = run_cli({"replay", study, "1:activations:" + points[1].section(',', 1) + ":2", "--json", "-"});
            QVERIFY2(replayed.status == 0, qPrintable(replayed.err));
            const QJsonObject again = json_of(replayed.out.toUtf8());
            QCOMPARE(again["bits"].toArray().size(), outcome["faults"].toInt());
            QVERIFY(again["bits"][0]["parameter"].toString().startsWith("ACT-1.out@"));
            QCOMPARE(again["outcomes"][0]["correct"].toInt(), outcome["correct"].toInt());
            QCOMPARE(again["outcomes"][0]["stored"]["correct"].toInt(), outcome["correct"].toInt());
        }
        // A precision knows stored values alone: the two are jobs of their own in a study.
        const QString both = folder_.filePath("both.clipscope");
        const QStringList precise = QStringList{"sensitivity", "--study", both, "--layers", "CONV-1", "--precision", "0.05"} + inputs();
        const QStringList computed = QStringList{"sensitivity", "--study", both, "--layers", "activations", "--trials", "2"} + inputs();
        for (const QStringList& one : {precise, computed, precise, computed}) {
            const CliResult result = run_cli(one + QStringList{"--rates", "1e-4"});
            QVERIFY2(result.status == 0, qPrintable(result.err));
        }
        // What is there for one inference has no failures in time.
        const QString result = folder_.filePath("computed.json");
        QCOMPARE(
            run_cli(QStringList{"sensitivity", "--layers", "activations", "--faults", "1", "--trials", "2", "--json", result} + inputs())
                .status,
            0);
        const CliResult upsets = run_cli({"upsets", "--fit", "700", "--result", result});
        QCOMPARE(upsets.status, 2);
        QVERIFY2(is_one_sentence(upsets.err), qPrintable(upsets.err));
        for (const QStringList& refused : {QStringList{"bits"}, QStringList{"sensitivity", "--precision", "0.01"}, QStringList{"worst"}}) {
            const CliResult result = run_cli(refused + inputs() + QStringList{"--layers", "activations"});
            QCOMPARE(result.status, 2);
            QVERIFY2(is_one_sentence(result.err), qPrintable(result.err));
        }
    }

    // A clip at ACT_max sees what a layer computes, so it keeps more answers.
    void a_comparison_has_faults_in_computed_values() {
        const CliResult result = run_cli(QStringList{"compare"} + inputs() +
                                         QStringList{"--layers", "CONV-1.out", "--rates", "1e-3", "--trials", "5", "--json", "-"});
        QVERIFY2(result.status == 0, qPrintable(result.err));
        QMap<QString, double> mean;
        for (const QJsonValue& curve : json_of(result.out.toUtf8())["curves"].toArray())
            mean[curve["protection"].toString()] = curve["points"][0]["mean"].toDouble();
        QVERIFY2(mean.size() == 2 && mean.value("none", 1) + 0.1 < mean.value("clip-actmax"), qPrintable(result.out));
    }

    void numbers_of_faults_to_a_precision() {
        const QStringList job =
            QStringList{"sensitivity"} + inputs() + QStringList{"--layers", "network", "--precision", "0.02", "--json", "-"};
        for (const QStringList& options : {QStringList{"--faults", "1,16"}, QStringList{"--pattern", "burst-4", "--rates", "1e-4"}}) {
            const CliResult one = run_cli(job + options + QStringList{"--threads", "1"});
            const CliResult three = run_cli(job + options + QStringList{"--threads", "3"});
            QVERIFY2(one.status == 0, qPrintable(one.err));
            QVERIFY(one.out == three.out);
            const CliResult plain = run_cli(QStringList{"sensitivity"} + inputs() + options +
                                            QStringList{"--layers", "network", "--trials", "200", "--json", "-"});
            const QJsonArray points = json_of(one.out.toUtf8())["curves"][0]["points"].toArray();
            const QJsonArray wanted = json_of(plain.out.toUtf8())["curves"][0]["points"].toArray();
            for (int i = 0; i < points.size(); ++i) {
                QVERIFY(points[i]["half_width"].toDouble() <= 0.02);
                const double error = wanted[i]["sd"].toDouble() / 14;  // of the mean of 200
                QVERIFY(std::abs(points[i]["mean"].toDouble() - wanted[i]["mean"].toDouble()) < 0.03 + 3 * error);
            }
        }
    }

    // What inspect says of a fault is what a list of the same fault says, image for image; a guard takes it away.
    void one_fault_is_looked_at_closely() {
        const QStringList few = QStringList{"--chunk", "50"} + inputs();
        const QString list = folder_.filePath("one.csv"), results = folder_.filePath("one-results.csv");
        for (const QString element : {"3", "40", "77"}) {
            write_bytes(list, "layer,parameter,element,bit\nCONV-2,conv2.weight," + element.toUtf8() + ",30\n");
            const CliResult listed = run_cli(QStringList{"faults", list, "--exact", "--output", results} + few);
            QVERIFY2(listed.status == 0, qPrintable(listed.err));
            const QList<QByteArray> lines = read_bytes(results).trimmed().split('\n');
            const QList<QByteArray> header = lines[0].split(','), row = lines[1].split(',');
            const auto field = [&](const char* name) { return row[header.indexOf(name)]; };

            const CliResult result = run_cli(QStringList{"inspect", "conv-2:weight:" + element + ":30", "--json", "-"} + inputs());
            QVERIFY2(result.status == 0, qPrintable(result.err));
            const QJsonObject json = json_of(result.out.toUtf8());
            QCOMPARE(json["bits"][0]["before"].toVariant().toString(), QString(field("before")));
            QCOMPARE(json["bits"][0]["after"].toVariant().toDouble(), field("after").toDouble());
            int others = 0, right = 0, nonfinite = 0;
            for (const QJsonValue& image : json["images"].toArray()) {
                others += image["clean"]["answer"].toInt() != image["faulty"]["answer"].toInt();
                right += image["faulty"]["answer"].toInt() == image["label"].toInt();
                nonfinite += image["faulty"]["probability"].toDouble() == 0;
            }
            QCOMPARE(QByteArray::number(json["images"].toArray().size()), field("images"));
            QCOMPARE(QByteArray::number(others), field("other_answer"));
            QCOMPARE(QByteArray::number(right), field("correct_argmax"));
            QCOMPARE(QByteArray::number(nonfinite), field("nonfinite"));
            QCOMPARE(json["sites"].toArray().size(), 4);
            QCOMPARE(json["sites"][0]["different"].toInt(), 0);
            QVERIFY(json["sites"][1]["channels"].toArray().size() <= 1);  // a huge negative value may be 0 like what stood there

            const CliResult guarded = run_cli(
                QStringList{"inspect", "CONV-2:" + element + ":30", "--protection", "guard", "--tuning-images", "10", "--json", "-"} +
                inputs());
            QVERIFY2(guarded.status == 0, qPrintable(guarded.err));
            for (const QJsonValue& site : json_of(guarded.out.toUtf8())["sites"].toArray()) QCOMPARE(site["different"].toInt(), 0);
        }
        const CliResult text = run_cli(QStringList{"inspect", "CONV-1:0,0,1,2:30", "FC-1:bias:7:31"} + inputs());
        QVERIFY2(text.status == 0 && text.out.contains("answers are others") && text.out.contains("0, 0, 1, 2"), qPrintable(text.err));
    }

    void faults_that_are_none_are_refused() {
        for (const char* fault : {"CONV-1", "CONV-9:0:1", "CONV-1:weight:0:32", "CONV-1:weight:x:1", "CONV-1:nothing:0:1", "CONV-1:0,0:1",
                                  "CONV-1:0,0,0,99:1", "CONV-1:99999999999:1", "CONV-1:-1:0", ":::", "CONV-1:weight::1"}) {
            const CliResult result = run_cli(QStringList{"inspect", fault} + inputs());
            QCOMPARE(result.status, 2);
            QVERIFY2(is_one_sentence(result.err) && result.err.contains(fault), qPrintable(result.err));
        }
        QCOMPARE(run_cli(QStringList{"inspect", "CONV-1:0:1", "CONV-1:weight:0:1"} + inputs()).status, 2);
        // A threshold is a word of the memory where its site is clipped, and only there.
        const CliResult unclipped = run_cli(QStringList{"inspect", "ACT-1:0:30"} + inputs());
        QCOMPARE(unclipped.status, 2);
        QVERIFY2(is_one_sentence(unclipped.err) && unclipped.err.contains("No threshold is stored for ACT-1"), qPrintable(unclipped.err));
        QCOMPARE(run_cli(QStringList{"inspect", "ACT-1:0:30", "--protection", "clip", "--tuning-images", "10"} + inputs()).status, 0);
        QCOMPARE(run_cli(QStringList{"inspect", "CONV-1:0:1", "--bits", "exponent"} + inputs()).status, 2);
    }

    void senseless_patterns_and_numbers_are_refused() {
        for (const QStringList& options :
             {QStringList{"--pattern", "burst-1"}, QStringList{"--faults", "1.5"}, QStringList{"--faults", "-1"},
              QStringList{"--faults", ""}, QStringList{"--faults", "1", "--rates", "1e-5"},
              QStringList{"--pattern", "word", "--bits", "sign"}, QStringList{"--faults", "1000000", "--layers", "CONV-1"}}) {
            const CliResult refused = run_cli(QStringList{"sensitivity"} + inputs() + QStringList{"--trials", "1"} + options);
            QVERIFY2(refused.status == 2, qPrintable(options.join(' ') + refused.out + refused.err));
            // The last one follows what the scope reaches.
            QVERIFY(refused.err.count('\n') <= 2);
        }
        const CliResult positions = run_cli(QStringList{"bits"} + inputs() + QStringList{"--pattern", "word"});
        QCOMPARE(positions.status, 2);
    }

    void upsets_give_rates_and_failures_in_time() {
        const CliResult rates = run_cli({"upsets", "--fit", "1000", "--hours", "24", "--bits", "1048576", "--json", "-"});
        QVERIFY2(rates.status == 0, qPrintable(rates.err));
        const QJsonObject upsets = json_of(rates.out.toUtf8())["upsets"][0].toObject();
        QVERIFY(std::abs(upsets["per_bit_hour"].toDouble() / 9.5367431640625e-13 - 1) < 1e-12);
        QVERIFY(std::abs(upsets["faults"].toDouble() / 2.4e-5 - 1) < 1e-9);  // 1,000 in 10^9 hours, of which 24 pass
        const QString one = folder_.filePath("one.json"), curve = folder_.filePath("curve.json");
        const QStringList job = QStringList{"sensitivity"} + inputs() + QStringList{"--layers", "network,CONV-1", "--trials", "5"};
        QVERIFY(run_cli(job + QStringList{"--faults", "1,2", "--json", one}).status == 0);
        QVERIFY(run_cli(job + QStringList{"--rates", "1e-5,1e-4", "--json", curve}).status == 0);
        const QJsonObject point = json_of(read_bytes(one))["curves"][1]["points"][0].toObject();
        const CliResult events = run_cli({"upsets", "--fit", "1000", "--result", one, "--json", "-"});
        QVERIFY2(events.status == 0, qPrintable(events.err));
        const QJsonObject in_time = json_of(events.out.toUtf8())["upsets"][0]["curves"][1].toObject();
        const double raw = 1000.0 * in_time["bits"].toDouble() / 1048576;
        QVERIFY(std::abs(in_time["upsets_fit"].toDouble() / raw - 1) < 1e-9);
        QVERIFY(std::abs(in_time["sdc_fit"].toDouble() - raw * point["sdc_mean"].toDouble()) < 1e-9 * raw);
        QVERIFY(std::abs(in_time["sdc_fit_ci95"][1].toDouble() - raw * point["sdc_ci95"][1].toDouble()) < 1e-9 * raw);
        QVERIFY(run_cli({"upsets", "--result", curve}).out.contains("SDC on average"));
        for (const QStringList& wrong : {QStringList{"--fit", "-1"}, QStringList{"--hours", "0"}, QStringList{"--preset", "moon"},
                                         QStringList{"--fit", "1", "--per-bit-hour", "1"}, QStringList{"--hours", "nan"}}) {
            const CliResult refused = run_cli(QStringList{"upsets"} + wrong);
            QVERIFY2(refused.status == 2, qPrintable(wrong.join(' ') + refused.out + refused.err));
            QCOMPARE(refused.err.count('\n'), 1);
        }
    }

    void results_of_earlier_runs_stay() {
        const QString list = folder_.filePath("stay.csv");
        QVERIFY(run_cli(QStringList{"faults", list, "--make-list", "3"} + inputs()).status == 0);
        QVERIFY(run_cli(QStringList{"faults", list} + inputs()).status == 0);
        const QByteArray before = read_bytes(folder_.filePath("stay_results.csv"));
        const CliResult again = run_cli(QStringList{"faults", list} + inputs());
        QCOMPARE(again.status, 2);
        QVERIFY(again.err.contains("is there already"));
        QCOMPARE(read_bytes(folder_.filePath("stay_results.csv")), before);
    }

    void the_worst_bits_are_a_list_too() {
        const QString list = folder_.filePath("worst.csv"), results = folder_.filePath("worst_results.csv");
        const CliResult found = run_cli(QStringList{"worst"} + inputs() +
                                        QStringList{"--layers", "CONV-1", "--bits", "3", "--together", "--list", list, "--json", "-"});
        QVERIFY2(found.status == 0, qPrintable(found.err));
        const QJsonObject json = json_of(found.out.toUtf8());
        QCOMPARE(json["bits"].toArray().size(), 3);
        QCOMPARE(json["together"].toArray().size(), 3);
        QVERIFY(run_cli(QStringList{"faults", list, "--output", results} + inputs()).status == 0);
        const auto rows = table_of(results);
        QCOMPARE(rows.size(), 3);
        for (int i = 0; i < 3; ++i) QCOMPARE(rows[i]["correct"].toInt(), json["bits"][i]["correct"].toInt());
        QCOMPARE(run_cli(QStringList{"worst"} + inputs() + QStringList{"--bits", "0"}).status, 2);
        QCOMPARE(run_cli(QStringList{"worst"} + inputs() + QStringList{"--layers", "each"}).status, 2);
    }

    void a_jobs_own_list_gives_its_outcomes() {
        for (const QString& format : {QString("float32"), QString("int8")}) {
            const QString list = folder_.filePath(format + ".csv"), results = folder_.filePath("again.csv");
            const QStringList input = inputs() + QStringList{"--format", format};
            const CliResult job = run_cli(QStringList{"sensitivity"} + input +
                                          QStringList{"--layers", "each,network,ACT-2.out,network+activations", "--rates", "1e-4,1e-3,1e-2",
                                                      "--trials", "3", "--faults-out", list, "--json", "-"});
            QVERIFY2(job.status == 0, qPrintable(job.err));
            const CliResult again = run_cli(QStringList{"faults", list, "--output", results} + input);
            QVERIFY2(again.status == 0, qPrintable(again.err));
            QMap<QString, QMap<QString, QString>> of_trial;
            for (const auto& row : table_of(results)) {
                const QStringList name = row["trial"].split(':');
                of_trial[name[0] + ":" + short_rate(name[1].toDouble()) + ":" + name[2]] = row;
            }
            int compared = 0, harmed = 0;
            for (const QJsonValue& curve : json_of(job.out.toUtf8())["curves"].toArray()) {
                for (const QJsonValue& point : curve["points"].toArray()) {
                    for (const QJsonValue& outcome : point["outcomes"].toArray()) {
                        const QString key = curve["layer"].toString() + ":" + short_rate(point["rate"].toDouble()) + ":" +
                                            QString::number(outcome["trial"].toInt());
                        if (outcome["faults"].toInt() == 0) continue;
                        QVERIFY2(of_trial.contains(key), qPrintable(key));
                        const auto& row = of_trial[key];
                        QCOMPARE(row["faults"].toInt(), outcome["faults"].toInt());
                        QCOMPARE(row["correct"].toInt(), outcome["correct"].toInt());
                        QCOMPARE(row["nonfinite"].toInt(), outcome["due"].toInt());
                        QCOMPARE(row["unchanged"].toInt() + row["same_answer"].toInt() + row["other_answer"].toInt(), 50);
                        QVERIFY(row["other_answer"].toInt() >= outcome["sdc"].toInt());
                        QCOMPARE(row["before"].isEmpty(), outcome["faults"].toInt() != 1);
                        ++compared;
                        harmed += row["other_answer"].toInt() > 0;
                    }
                }
            }
            QCOMPARE(compared, int(of_trial.size()));
            QVERIFY2(compared > 20 && harmed > 5, qPrintable(QString::number(harmed)));
        }
    }

    void drawn_lists_run_the_same_for_any_number_of_workers() {
        const QString list = folder_.filePath("drawn.csv");
        const CliResult made = run_cli(QStringList{"faults", list, "--make-list", "150", "--strata", "bit"} + inputs());
        QVERIFY2(made.status == 0, qPrintable(made.err));
        const QByteArray text = read_bytes(list);
        // A list that is there stays.
        const CliResult twice = run_cli(QStringList{"faults", list, "--make-list", "10"} + inputs());
        QCOMPARE(twice.status, 2);
        QVERIFY(is_one_sentence(twice.err));
        QCOMPARE(read_bytes(list), text);
        const CliResult one = run_cli(QStringList{"faults", list, "--threads", "1", "--json", "-"} + inputs());
        QVERIFY2(one.status == 0, qPrintable(one.err));
        const QString beside = folder_.filePath("drawn_results.csv");
        const QByteArray first = read_bytes(beside);
        QCOMPARE(run_cli(QStringList{"faults", list, "--threads", "3", "--output", beside} + inputs()).status, 0);
        QCOMPARE(read_bytes(beside), first);
        const QJsonObject json = json_of(one.out.toUtf8());
        QCOMPARE(json["trials"].toInt(), 150);
        QCOMPARE(json["unchanged"].toInt() + json["same_answers"].toInt() + json["other_answers"].toInt(), 150);
        const auto rows = table_of(beside);
        QCOMPARE(rows.size(), 150);
        int other = 0;
        QMap<QString, int> of_bit;
        for (const auto& row : rows) {
            other += row["other_answer"].toInt() > 0;
            ++of_bit[row["bit"]];
            QVERIFY(!row["before"].isEmpty() && row["before"] != row["after"]);
        }
        QCOMPARE(other, json["other_answers"].toInt());
        QVERIFY(other > 0);
        QCOMPARE(of_bit.size(), 32);
        // A full pass over the faulty network finds the same.
        const QString exact = folder_.filePath("exact.csv");
        QCOMPARE(run_cli(QStringList{"faults", list, "--exact", "--output", exact} + inputs()).status, 0);
        const auto exact_rows = table_of(exact);
        for (int i = 0; i < rows.size(); ++i) QCOMPARE(exact_rows[i]["other_answer"], rows[i]["other_answer"]);
    }

    void what_is_wrong_is_said_before_anything_runs() {
        const QString list = folder_.filePath("wrong.csv");
        write_bytes(list, "parameter,element,bit\nnowhere.weight,0,30\n");
        const CliResult wrong = run_cli(QStringList{"faults", list} + inputs());
        QCOMPARE(wrong.status, 1);
        QVERIFY2(is_one_sentence(wrong.err) && wrong.err.contains("line 2"), qPrintable(wrong.err));
        QVERIFY(!QFileInfo::exists(folder_.filePath("wrong_results.csv")));
        QCOMPARE(run_cli(QStringList{"faults", list, "--output", list} + inputs()).status, 2);
        QCOMPARE(run_cli(QStringList{"faults", folder_.filePath("nothing.csv")} + inputs()).status, 1);
        QCOMPARE(run_cli(QStringList{"faults", folder_.filePath("new.csv"), "--make-list", "5", "--strata", "weight"} + inputs()).status,
                 2);
        QVERIFY(!QFileInfo::exists(folder_.filePath("new.csv")));
    }

private:
    QStringList inputs() const { return {"--model", model_, "--data", data_, "--images", "first:50"}; }
    static QString short_rate(double rate) {
        for (int digits = 1; digits <= 17; ++digits) {
            QString text = QString::number(rate, 'g', digits);
            if (text.toDouble() == rate) return text;
        }
        return {};
    }

    QTemporaryDir folder_;
    QString data_, model_;
};

QTEST_GUILESS_MAIN(TestCliFaults)
#include "test_cli_faults.moc"
