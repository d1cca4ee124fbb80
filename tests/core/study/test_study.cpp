// A study's file: one when it is closed, one writer, older and newer versions, its jobs, copies of it.
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include "made_up_job.h"
#include "study/study_errors.h"
#include "study/study_results.h"
#include "study/study_writer.h"
#include "study/writer_lock.h"

using namespace clipscope;
using namespace clipscope::testing;

namespace {

// Changes a file as another program would.
void execute(const std::string& path, const std::string& statements) {
    sqlite3* database = nullptr;
    char* error = nullptr;
    const bool ok = sqlite3_open(path.c_str(), &database) == SQLITE_OK &&
                    sqlite3_exec(database, statements.c_str(), nullptr, nullptr, &error) == SQLITE_OK;
    if (!ok) qFatal("%s", error);
    sqlite3_close(database);
}

bool is_sentence(const std::string& text) {
    return text.size() > 30 && text.ends_with('.') && text.find('\n') == std::string::npos;
}

std::string message_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

class TestStudy : public QObject {
    Q_OBJECT

private slots:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        path_ = folder_->filePath("a b?#%.clipscope").toStdString();
    }

    void closed_it_is_one_file() {
        {
            Study study = Study::create(path_);
            study.set_notes("first light");
            QVERIFY(QFile::exists(QString::fromStdString(path_ + "-wal")));
            QVERIFY(study.is_writable());
        }
        QCOMPARE(QDir(folder_->path()).entryList(QDir::Files | QDir::Hidden), QStringList{"a b?#%.clipscope"});
        const Study study = Study::open_to_read(path_);
        QCOMPARE(study.info().notes, std::string("first light"));
        const QRegularExpression versions("^ClipScope \\d+\\.\\d+\\.\\d+, LibTorch \\d+\\.\\d+\\.\\d+");
        QVERIFY2(versions.match(QString::fromStdString(study.info().created_by)).hasMatch(), study.info().created_by.c_str());
        QVERIFY(!study.is_writable());
        QVERIFY_THROWS_EXCEPTION(Error, Study::create(path_));
    }

    void without_a_log_it_keeps_a_journal() {
        Study::create(path_);
        QDir().mkpath(QString::fromStdString(path_ + "-shm"));  // where the log's index would be
        {
            Study study = Study::open(path_);
            const JobId id = study.add_job({});
            StudyWriter writer(study, id, [](const Event&) {}, {});
            run({}, writer.known_trials(), writer.sink());
            QCOMPARE(read_summary(Study::open_to_read(path_), id).curves.size(), std::size_t(3));
        }
        QDir().rmdir(QString::fromStdString(path_ + "-shm"));
        QCOMPARE(QDir(folder_->path()).entryList(QDir::Files), QStringList{"a b?#%.clipscope"});
    }

    void a_second_writer_is_told_so_and_readers_see_what_is_committed() {
        Study study = Study::create(path_);
        const JobId id = study.add_job({});
        const std::string told = message_of([&] { Study::open(path_); });
        QVERIFY2(is_sentence(told) && told.find("process " + std::to_string(getpid())) != std::string::npos, told.c_str());
        QVERIFY_THROWS_EXCEPTION(StudyInUseError, Study::open(path_));

        const Study watching = Study::open_to_read(path_);
        const std::int64_t before = watching.data_version();
        QCOMPARE(watching.jobs().size(), std::size_t(1));
        {
            StudyWriter writer(study, id, [](const Event&) {}, {});
            run({}, writer.known_trials(), writer.sink());
            QCOMPARE(watching.job(id).state, JobState::done);
            QVERIFY(watching.data_version() != before);
            QCOMPARE(result_to_json(read_curves(watching, id)), result_to_json({.curves = uninterrupted({})}));
        }
    }

    void a_lock_left_by_a_killed_process_blocks_nobody() {
        Study::create(path_);
        const pid_t child = fork();
        if (child == 0) {
            const WriterLock lock(path_);
            kill(getpid(), SIGKILL);
        }
        waitpid(child, nullptr, 0);
        QVERIFY(QFile::exists(QString::fromStdString(path_ + "-lock")));
        QVERIFY(Study::open(path_).is_writable());
        QVERIFY(!QFile::exists(QString::fromStdString(path_ + "-lock")));
    }

    void a_newer_version_is_read_only() {
        JobId id = 0;
        {
            Study study = Study::create(path_);
            id = study.add_job({.layers = "CONV-1"});
        }
        execute(path_, "PRAGMA user_version=2");
        Study study = Study::open(path_);
        QVERIFY(!study.is_writable());
        QVERIFY2(is_sentence(study.read_only_reason()) && study.read_only_reason().find("newer") != std::string::npos,
                 study.read_only_reason().c_str());
        QCOMPARE(study.job(id).settings.layers, std::string("CONV-1"));
        QVERIFY_THROWS_EXCEPTION(Error, study.add_job({}));
        QVERIFY_THROWS_EXCEPTION(Error, StudyWriter(study, id, [](const Event&) {}, {}));
    }

    void an_older_version_is_upgraded_on_a_copy() {
        JobId id = 0;
        {
            Study study = Study::create(path_);
            id = study.add_job({});
            StudyWriter writer(study, id, [](const Event&) {}, {});
            run({}, writer.known_trials(), writer.sink());
        }
        for (const char* view : {"listed_bits", "listed_trials", "histograms", "thresholds", "points", "trials", "curves", "jobs"})
            execute(path_, std::string("DROP VIEW ") + view);
        execute(path_, "ALTER TABLE job DROP COLUMN notes; DROP TABLE audit; PRAGMA user_version=0");
        QFile file(QString::fromStdString(path_));
        QVERIFY(file.open(QFile::ReadOnly));
        const QByteArray old = file.readAll();

        QCOMPARE(Study::open_to_read(path_).job(id).notes, std::string());
        QVERIFY(!QFile::exists(QString::fromStdString(old_version_path(path_, 0))));
        Study study = Study::open(path_);
        study.set_job_notes(id, "kept");
        QCOMPARE(study.job(id).notes, std::string("kept"));
        QVERIFY(read_audit(study, id).empty());
        QCOMPARE(result_to_json(read_curves(study, id)), result_to_json({.curves = uninterrupted({})}));
        QFile kept(QString::fromStdString(old_version_path(path_, 0)));
        QVERIFY(kept.open(QFile::ReadOnly));
        QCOMPARE(kept.readAll(), old);
    }

    void jobs_are_queued_moved_duplicated_and_removed_with_undo() {
        Study study = Study::create(path_);
        const JobId first = study.add_job({.layers = "CONV-1"});
        const JobId second = study.add_job({.kind = JobKind::sweep, .site = "ACT-2"});
        study.set_name(first, "baseline");
        const JobId third = study.duplicate_job(first, {.layers = "CONV-2"});
        const auto order = [&] {
            std::vector<JobId> ids;
            for (const JobRecord& job : study.jobs()) ids.push_back(job.id);
            return ids;
        };
        QCOMPARE(order(), (std::vector<JobId>{first, second, third}));
        study.move_job(third, first);
        QCOMPARE(order(), (std::vector<JobId>{third, first, second}));
        study.move_job(third, 0);
        QCOMPARE(order(), (std::vector<JobId>{first, second, third}));
        QCOMPARE(study.job(third).name, std::string("baseline"));
        QCOMPARE(study.job(third).settings.layers, std::string("CONV-2"));
        study.remove_job(second);
        QCOMPARE(order(), (std::vector<JobId>{first, third}));
        study.restore_job(second);
        QCOMPARE(order(), (std::vector<JobId>{first, second, third}));
        study.remove_job(third);
        study.purge_removed();
        QCOMPARE(study.jobs(true).size(), std::size_t(2));
        QVERIFY(study.add_job({}) > third);
        QVERIFY(message_of([&] { study.job(99); }).find("choose one of 1, 2, 4.") != std::string::npos);
    }

    void a_job_is_found_again_by_what_decides_its_results() {
        Study study = Study::create(path_);
        const JobSettings asked{.model = "a/net.pt", .layers = "CONV-1", .rates = "1e-6", .trials = 10};
        const JobId id = study.add_job(asked);
        JobSettings more = asked;
        more.model = "moved/net.pt";
        more.layers = "network";
        more.rates = "1e-5,1e-6";
        more.trials = 4;
        const SourceRecord model{"moved/net.pt", 1, "aa"}, images{"data", 1, "bb"};
        QCOMPARE(study.find_job(more, model, images).value(), id);
        const JobSettings both = grown(asked, more);
        QCOMPARE(both.trials, 10);
        QCOMPARE(both.layers, std::string("CONV-1,network"));
        QCOMPARE(all_rates(both.rates, {}), (std::vector<double>{1e-6, 1e-5}));
        QCOMPARE(all_rates("auto;1e-3", {1e-7, 1e-2}), (std::vector<double>{1e-7, 1e-3, 1e-2}));
        for (const auto& change : std::vector<std::function<void(JobSettings&)>>{
                 [](JobSettings& s) { s.seed = 2; }, [](JobSettings& s) { s.chunk = 50; }, [](JobSettings& s) { s.images = "first:10"; },
                 [](JobSettings& s) { s.exact = true; }, [](JobSettings& s) { s.memory.kind = FaultKind::stuck1; },
                 [](JobSettings& s) { s.picture_size.crop = 32; }, [](JobSettings& s) { s.normalization = Normalization::preset("mnist"); },
                 [](JobSettings& s) { s.kind = JobKind::compare; }}) {
            JobSettings other = asked;
            change(other);
            QVERIFY(!study.find_job(other, model, images));
        }
        study.set_sources(id, model, images, std::nullopt);
        QVERIFY(study.find_job(more, {"elsewhere.pt", 1, "aa"}, images));
        QVERIFY(!study.find_job(more, {"elsewhere.pt", 1, "cc"}, images));
        QVERIFY(to_json(job_settings_from_json(to_json(more), "f")) == to_json(more));
    }

    void other_contents_under_the_same_name_are_refused() {
        Study study = Study::create(path_);
        const JobId first = study.add_job({});
        const SourceRecord model{"net.pt", 10, "aaaa", "{}"}, images{"data", 20, "bbbb", "{}"};
        study.set_sources(first, model, images, std::nullopt);
        study.set_sources(first, {"moved.pt", 10, "aaaa", "{}"}, images, std::nullopt);
        QCOMPARE(study.job(first).model->path, std::string("moved.pt"));
        const std::string told = message_of([&] { study.set_sources(first, {"moved.pt", 11, "cccc", "{}"}, images, std::nullopt); });
        QVERIFY2(is_sentence(told), told.c_str());
        QVERIFY_THROWS_EXCEPTION(StudyInputError, study.set_sources(first, model, {"data", 20, "dddd", "{}"}, std::nullopt));
        const JobId second = study.add_job({});
        QVERIFY_THROWS_EXCEPTION(StudyInputError, study.set_sources(second, {"moved.pt", 11, "cccc", "{}"}, images, std::nullopt));
        study.set_sources(second, {"other.pt", 11, "cccc", "{}"}, images, std::nullopt);
    }

    void a_copy_is_whole_while_a_job_writes() {
        Study study = Study::create(path_);
        const JobId id = study.add_job({});
        const std::string copy = folder_->filePath("copy.clipscope").toStdString();
        StudyWriter writer(study, id, [](const Event&) {}, {});
        run({}, writer.known_trials(), [sink = writer.sink(), &study, &copy, count = 0](const Event& event) mutable {
            sink(event);
            if (++count == 100) study.save_as(copy);
        });
        study.save_as(copy);
        study.save_as(copy);
        const Study opened = Study::open(copy);
        QCOMPARE(result_to_json(read_curves(opened, id)), result_to_json({.curves = uninterrupted({})}));
    }

    void unnamed_studies_are_offered_again() {
        qputenv("XDG_STATE_HOME", folder_->path().toUtf8());
        const std::string autosave = new_autosave_path();
        {
            const Study study = Study::create(autosave);
            QVERIFY(abandoned_autosaves().empty());
        }
        QCOMPARE(abandoned_autosaves(), std::vector<std::string>{autosave});
        QVERIFY(new_autosave_path() != autosave);
    }

private:
    std::unique_ptr<QTemporaryDir> folder_;
    std::string path_;
};

QTEST_GUILESS_MAIN(TestStudy)
#include "test_study.moc"
