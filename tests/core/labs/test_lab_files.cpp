// The two files of a lab: what they say, and what is said where they are wrong.
#include <QTemporaryDir>
#include <QTest>
#include <random>
#include <set>

#include "common/error.h"
#include "labs/lab_results.h"
#include "labs/lab_work.h"
#include "small_lab.h"

using namespace clipscope;

namespace {

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    const auto place = text.find(what);
    if (place == std::string::npos) throw std::logic_error("the small lab has no " + what);
    return text.replace(place, what.size(), by);
}

}  // namespace

class TestLabFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_a_lab_says() {
        const QTemporaryDir folder;
        const Lab lab = read_lab(write_lab(folder));
        QCOMPARE(lab.title, std::string("A small lab"));
        QCOMPARE(lab.steps.size(), std::size_t(4));
        const LabStep& curves = lab.steps[0];
        QCOMPARE(curves.text, std::string("Run it.\n\n"));
        QCOMPARE(curves.job->layers, std::string("CONV-1,FC-3"));
        QCOMPARE(curves.job->trials, 4);
        QCOMPARE(curves.job->model, std::string("bundled:lenet5"));
        QCOMPARE(curves.job->memory, MemoryModel{});
        QCOMPARE(curves.prediction->value->at, std::optional(1e-3));
        QCOMPARE(std::get<LabValue>(curves.answer->right).minus->of, LabQuantity::accuracy);
        QCOMPARE(lab.steps[1].fault->bits, std::vector<int>{30});
        QVERIFY(!lab.steps[1].fault->element);
        QCOMPARE(lab.steps[2].question->kind, LabQuestion::Kind::choice);
        QCOMPARE(lab.steps[3].question->kind, LabQuestion::Kind::text);
    }

    void the_labs_that_come_with_it() {
        const std::vector<std::string> files = bundled_labs();
        QCOMPARE(files.size(), std::size_t(5));
        for (const std::string& file : files) {
            const Lab lab = read_lab(file);
            QVERIFY2(lab.steps.size() >= 5, file.c_str());
            int answers = 0;
            for (const LabStep& step : lab.steps) {
                QVERIFY2(step.text.size() > 100, step.title.c_str());
                answers += step.answer.has_value();
            }
            QVERIFY2(answers >= 4, file.c_str());
        }
    }

    void mistakes_are_named_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("by");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("version") << "\"lab\": 1"
                                 << "\"lab\": 2"
                                 << "'lab' is not a whole number from 1 to 1";
        QTest::newRow("typing error") << "\"predict\""
                                      << "\"predcit\""
                                      << "step 1 (Curves): 'predcit' is no field that it may have";
        QTest::newRow("kind") << "\"sensitivity\""
                              << "\"sensibility\""
                              << "step 1 (Curves), job";
        QTest::newRow("rates") << "\"1e-4,1e-3\""
                               << "\"often\""
                               << "'often'";
        QTest::newRow("setting") << "\"trials\": 4"
                                 << "\"tirals\": 4"
                                 << "'tirals' is no setting of a job";
        QTest::newRow("trials") << "\"trials\": 4"
                                << "\"trials\": 4294967299"
                                << "'trials' is not a whole number from 1 to 100000";
        QTest::newRow("images") << "\"images\": \"first:60\""
                                << "\"images\": \"6o\""
                                << "6o";
        QTest::newRow("site") << "\"trials\": 4"
                              << "\"site\": \"ACT-1\""
                              << "only a sweep has a 'site'";
        QTest::newRow("seed") << "\"trials\": 4"
                              << "\"seed\": 4"
                              << "'seed' cannot be said here";
        QTest::newRow("point") << "\"CONV-1\", \"at\": 1e-3}}"
                               << "\"CONV-1\", \"at\": 2e-3}}"
                               << "no point at 0.002";
        QTest::newRow("quantity") << "\"of\": \"clean\""
                                  << "\"of\": \"cleen\""
                                  << "'cleen' is nothing that a lab can read off";
        QTest::newRow("step") << "\"step\": \"Curves\""
                              << "\"step\": \"Kurven\""
                              << "there is no step 'Kurven'";
        QTest::newRow("option") << "\"right\": \"It grew\""
                                << "\"right\": \"It grows\""
                                << "'right' is none of the options";
        QTest::newRow("bit") << "[30]"
                             << "[32]"
                             << "'bits' are no positions of the format";
        QTest::newRow("section") << "\"title\": \"In words\""
                                 << "\"title\": \"In wrds\""
                                 << "has no section '## In wrds'";
        QTest::newRow("twice") << "\"title\": \"In words\""
                               << "\"title\": \"Curves\""
                               << "two steps have the title 'Curves'";
        QTest::newRow("no question") << "\"question\": {\"ask\": \"What became of it?\", \"options\": [\"It grew\", \"It shrank\"]},"
                                     << ""
                                     << "it has an answer and no question";
        QTest::newRow("cut short") << "\"In words\", \"question\": {\"ask\": \"Why?\"}}\n  ]\n}"
                                   << ""
                                   << "is not valid JSON";
    }

    void mistakes_are_named() {
        QFETCH(QString, what);
        QFETCH(QString, by);
        QFETCH(QString, sentence);
        const QTemporaryDir folder;
        const std::string path = write_lab(folder, replaced(small_lab_json, what.toStdString(), by.toStdString()));
        try {
            read_lab(path);
            QFAIL("it was taken for a lab");
        } catch (const Error& error) {
            const QString text = QString::fromUtf8(error.what());
            QVERIFY2(text.contains(sentence), qPrintable(text));
            QVERIFY2(text.contains(QStringLiteral("small.")) && text.endsWith(QLatin1Char('.')), qPrintable(text));
            QCOMPARE(text.count(QLatin1Char('\n')), qsizetype(0));
        }
    }

    // Any bytes are a lab or a sentence.
    void two_thousand_damaged_labs() {
        std::mt19937 random(20);  // NOLINT: the same every time
        const std::string whole = small_lab_json;
        int refused = 0;
        const QTemporaryDir folder;
        for (int i = 0; i < 2000; ++i) {
            std::string damaged = whole;
            for (unsigned changes = 1 + random() % 3; changes > 0; --changes) {
                const std::size_t place = random() % damaged.size();
                if (random() % 3 == 0)
                    damaged.erase(place, 1 + random() % 8);
                else if (random() % 2 == 0)
                    damaged[place] = char(random() % 256);
                else
                    damaged.insert(place, damaged.substr(random() % damaged.size(), random() % 20));
            }
            try {
                read_lab(write_lab(folder, damaged));
            } catch (const Error&) {
                ++refused;
            }
        }
        QVERIFY(refused > 1000);
    }

    void a_seed_is_the_students() {
        QCOMPARE(lab_seed("one-bit", "Anna"), lab_seed("one-bit", " anna "));
        std::set<std::uint64_t> seeds;
        for (int student = 0; student < 200; ++student) seeds.insert(lab_seed("one-bit", std::to_string(student)));
        QVERIFY(seeds.size() >= 199);
        QVERIFY(*seeds.begin() >= 1 && *seeds.rbegin() <= 1'000'000);
        QVERIFY(lab_seed("one-bit", "Anna") != lab_seed("clip-it", "Anna"));
    }

    void more_is_the_same_job_and_other_is_not() {
        const QTemporaryDir folder;
        const Lab lab = read_lab(write_lab(folder));
        const LabStep& step = lab.steps[0];
        JobSettings settings = job_of(step, 7);
        QVERIFY(covers(settings, step, 7));
        QCOMPARE(difference(settings, step, 8), std::string("seed: 7, here 8"));
        settings.trials = 10;
        settings.layers = "network,FC-3,CONV-1";
        settings.rates = "1e-4:1e-3:3";
        settings.device = "cpu";
        QVERIFY(covers(settings, step, 7));
        settings.layers = "each";  // has these two among others
        QVERIFY(covers(settings, step, 7));
        settings.layers = "network,CONV-1";
        QVERIFY(!covers(settings, step, 7));
        settings.layers = "CONV-1,FC-3";
        settings.trials = 3;
        QCOMPARE(difference(settings, step, 7), std::string("trials: 3, here 4"));
        settings.trials = 4;
        settings.memory.format = NumberFormat::parse("int8");
        QCOMPARE(difference(settings, step, 7), std::string("format: int8, here float32"));
        settings.memory = {};
        settings.rates = "1e-4";
        QCOMPARE(difference(settings, step, 7), std::string("rates: 1e-4, here 1e-4,1e-3"));
    }

    void work_is_read_as_it_was_written() {
        const QTemporaryDir folder;
        const Lab lab = read_lab(write_lab(folder));
        LabWork work = begin_work(lab, " Anna \"&\" Ü ");
        QCOMPARE(work.student, std::string("Anna \"&\" Ü"));
        note_prediction(work.steps[0], 12.5, true);
        note_reply(work.steps[3], std::string("Because\nof it."));
        note_reply(work.steps[3], std::string("Because."));
        work.steps[1].fault = SeenFault{"CONV-1", "conv1.weight", 12, {30}, "float32", -0.25, -INFINITY, 7};
        work.step = 2;
        const std::string text = to_json(work);
        const LabWork again = work_from_json(text, lab, "work.json");
        QCOMPARE(to_json(again), text);
        QCOMPARE(again.steps[1].fault->after, -double(INFINITY));
        QCOMPARE(again.steps[3].replies, 2);
        QVERIFY(again.steps[0].was_predicted_late);
        // A step whose title was changed keeps what was done in it.
        Lab renamed = lab;
        renamed.steps[3].title = "In your words";
        const LabWork carried = work_from_json(text, renamed, "work.json");
        QVERIFY(!carried.steps[3].reply);
        QCOMPARE(carried.earlier.size(), std::size_t(1));
        QCOMPARE(work_from_json(to_json(carried), lab, "work.json").steps[3].replies, 2);
        Lab other = lab;
        other.name = "other";
        QVERIFY_THROWS_EXCEPTION(Error, work_from_json(text, other, "work.json"));
        QVERIFY_THROWS_EXCEPTION(UsageError, begin_work(lab, "  "));
    }
};

QTEST_MAIN(TestLabFiles)
#include "test_lab_files.moc"
