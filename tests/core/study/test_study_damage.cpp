// Damaged studies: one clear sentence, never a wrong number, and what is undamaged is saved into a copy.
#include <sqlite3.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <random>

#include "made_up_job.h"
#include "study/salvage.h"
#include "study/study_errors.h"
#include "study/study_results.h"
#include "study/study_writer.h"

using namespace clipscope;
using namespace clipscope::testing;

namespace {

const MadeUpJob job{.trials = 600};

bool is_sentence(const std::string& text) {
    return text.size() > 30 && text.ends_with('.') && text.find('\n') == std::string::npos;
}

void write(const std::string& path, const QByteArray& bytes) {
    QFile file(QString::fromStdString(path));
    if (!file.open(QFile::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write");
}

// Every trial is one that the job found.
bool is_part_of(const AccuracyCurves& part, const AccuracyCurves& whole) {
    for (const AccuracyCurve& curve : part.curves) {
        const auto found = std::find_if(whole.curves.begin(), whole.curves.end(),
                                        [&](const AccuracyCurve& one) { return one.info.layer == curve.info.layer; });
        if (found == whole.curves.end() || !(found->info.clean == curve.info.clean)) return false;
        for (std::size_t i = 0; i < curve.trials.size(); ++i) {
            if (curve.trials[i].empty()) continue;
            const auto rate = std::find(whole.info.rates.begin(), whole.info.rates.end(), part.info.rates[i]);
            if (rate == whole.info.rates.end()) return false;
            const auto& trials = found->trials[std::size_t(rate - whole.info.rates.begin())];
            for (const auto& [number, trial] : curve.trials[i])
                if (!trials.contains(number) || !(trials.at(number).outcome == trial.outcome) || trials.at(number).faults != trial.faults)
                    return false;
        }
    }
    return true;
}

std::size_t trials_in(const AccuracyCurves& curves) {
    std::size_t count = 0;
    for (const AccuracyCurve& curve : curves.curves)
        for (const auto& trials : curve.trials) count += trials.size();
    return count;
}

}  // namespace

class TestStudyDamage : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        path_ = folder_.filePath("a.clipscope").toStdString();
        copy_ = folder_.filePath("saved.clipscope").toStdString();
        {
            Study study = Study::create(path_);
            const JobId id = study.add_job({});
            StudyWriter writer(study, id, [](const Event&) {}, {});
            run(job, writer.known_trials(), writer.sink());
        }
        QFile file(QString::fromStdString(path_));
        QVERIFY(file.open(QFile::ReadOnly));
        whole_ = file.readAll();
        QVERIFY(whole_.size() > 100'000);
    }

    void what_is_no_study_is_told_so_data() {
        QTest::addColumn<QByteArray>("bytes");
        sqlite3* database = nullptr;
        const QString foreign = folder_.filePath("foreign.db");
        sqlite3_open(foreign.toUtf8(), &database);
        sqlite3_exec(database, "CREATE TABLE job (id); INSERT INTO job VALUES (1)", nullptr, nullptr, nullptr);
        sqlite3_close(database);
        QFile file(foreign);
        QVERIFY(file.open(QFile::ReadOnly));
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("text") << QByteArray("layer,rate,trial\n").repeated(300);
        QTest::newRow("zeros") << QByteArray(50'000, '\0');
        QTest::newRow("foreign database") << file.readAll();
        QTest::newRow("first page destroyed") << QByteArray(4096, 'x') + whole_.mid(4096);
    }

    void what_is_no_study_is_told_so() {
        QFETCH(const QByteArray, bytes);
        write(path_, bytes);
        for (const auto& open : {&Study::open, &Study::open_to_read}) {
            try {
                open(path_);
                QFAIL("it was opened");
            } catch (const StudyDamagedError& error) {
                QVERIFY2(is_sentence(error.what()), error.what());
            }
        }
        try {
            salvage_study(path_, copy_);
            QFAIL("something was saved");
        } catch (const StudyDamagedError& error) {
            QVERIFY2(is_sentence(error.what()), error.what());
        }
        QVERIFY(!QFile::exists(QString::fromStdString(copy_)));
        QVERIFY(!looks_like_study(path_));
        write(path_, whole_.left(whole_.size() / 2));
        QVERIFY(looks_like_study(path_));
    }

    void damaged_studies_say_so_and_what_is_whole_is_saved_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<double>("share");  // of the trials that must be saved
        for (const int percent : {50, 90, 99}) QTest::addRow("cut to %d %%", percent) << whole_.left(whole_.size() * percent / 100) << 0.0;
        std::mt19937 random(1);
        for (int i = 0; i < 30; ++i) {
            QByteArray bytes = whole_;
            // The first two pages hold what says where everything is.
            for (int k = 0; k < 1 + i / 5; ++k) bytes[int(8192 + random() % std::size_t(bytes.size() - 8192))] ^= char(1 + random() % 255);
            QTest::addRow("flipped %d", i) << bytes << 0.0;
        }
        QByteArray one_page = whole_;
        one_page.replace(one_page.size() / 2 / 4096 * 4096, 4096, QByteArray(4096, '\xFF'));
        QTest::newRow("one page of trials") << one_page << 0.8;
    }

    void damaged_studies_say_so_and_what_is_whole_is_saved() {
        QFETCH(const QByteArray, bytes);
        QFETCH(const double, share);
        write(path_, bytes);
        const AccuracyCurves truth = uninterrupted(job);
        bool is_damaged = false;
        try {
            const Study study = Study::open_to_read(path_);
            const JobRecord record = study.jobs().at(0);
            QVERIFY2(is_part_of(read_curves(study, record.id).curves, truth), "a wrong number came out");
        } catch (const StudyDamagedError& error) {
            is_damaged = true;
            QVERIFY2(is_sentence(error.what()), error.what());
        }
        QFile::remove(QString::fromStdString(copy_));
        try {
            const SalvageReport report = salvage_study(path_, copy_);
            const Study saved = Study::open(copy_);
            const AccuracyCurves kept = read_curves(saved, saved.jobs().at(0).id).curves;
            QVERIFY2(is_part_of(kept, truth), "a wrong number was saved");
            QCOMPARE(std::int64_t(trials_in(kept)), report.trials);
            QVERIFY2(double(trials_in(kept)) >= share * double(trials_in(truth)), report.text().c_str());
            if (is_damaged && share > 0) QVERIFY(trials_in(kept) < trials_in(truth));
        } catch (const StudyDamagedError& error) {
            QVERIFY2(is_sentence(error.what()), error.what());
            QCOMPARE(share, 0.0);
        }
        QFile file(QString::fromStdString(path_));
        QVERIFY(file.open(QFile::ReadOnly));
        QCOMPARE(file.readAll(), bytes);
    }

    void a_recovery_touches_no_file_but_its_own() {
        const QString copy = QString::fromStdString(copy_);
        const QDir folder(folder_.path());
        QFile::remove(copy);
        // What a careless program would use and delete.
        const QStringList mine = {copy + ".damaged", copy + ".unfinished", copy + "-lock.txt"};
        for (const QString& path : mine) write(path.toStdString(), "mine");
        write(path_, whole_.left(4096 * 2));  // nothing to be saved
        QVERIFY_EXCEPTION_THROWN(salvage_study(path_, copy_), StudyDamagedError);
        QVERIFY(!QFile::exists(copy));
        const QStringList before = folder.entryList(QDir::AllEntries | QDir::NoDotAndDotDot);
        write(path_, whole_);
        QVERIFY(salvage_study(path_, copy_).trials > 0);  // the failure before blocks nothing
        for (const QString& path : mine) {
            QFile file(path);
            QVERIFY(file.open(QFile::ReadOnly));
            QCOMPARE(file.readAll(), QByteArray("mine"));
        }
        QStringList after = folder.entryList(QDir::AllEntries | QDir::NoDotAndDotDot);
        QVERIFY(after.removeOne(QFileInfo(copy).fileName()));
        QCOMPARE(after, before);
        const QByteArray saved = [&] {
            QFile file(copy);
            return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
        }();
        QVERIFY_EXCEPTION_THROWN(salvage_study(path_, copy_), Error);  // it is there already
        QFile file(copy);
        QVERIFY(file.open(QFile::ReadOnly));
        QCOMPARE(file.readAll(), saved);
        for (const QString& path : mine) QFile::remove(path);
    }

    void a_saved_job_resumes_to_the_same_results() {
        QByteArray bytes = whole_;
        bytes.replace(bytes.size() / 2 / 4096 * 4096, 4096, QByteArray(4096, '\0'));
        write(path_, bytes);
        QFile::remove(QString::fromStdString(copy_));
        salvage_study(path_, copy_);
        Study study = Study::open(copy_);
        const JobId id = study.jobs().at(0).id;
        {
            StudyWriter writer(study, id, [](const Event&) {}, {});
            run(job, writer.known_trials(), writer.sink());
        }
        QCOMPARE(result_to_json(read_curves(study, id)), result_to_json({.curves = uninterrupted(job)}));
    }

private:
    QTemporaryDir folder_;
    std::string path_, copy_;
    QByteArray whole_;
};

QTEST_GUILESS_MAIN(TestStudyDamage)
#include "test_study_damage.moc"
